-- Revert tradelatch:functions/fail_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.fail_position;

commit;
