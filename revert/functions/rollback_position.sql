-- Revert tradelatch:functions/rollback_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.rollback_position;

commit;
