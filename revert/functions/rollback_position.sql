-- Revert tradelatch:functions/rollback_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.rollback_position;

commit;
