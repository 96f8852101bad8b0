-- Revert tradelatch:functions/fail_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.fail_position;

commit;
