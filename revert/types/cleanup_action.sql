-- Revert tradelatch:types/cleanup_action from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop type tradelatch.cleanup_action;

commit;
