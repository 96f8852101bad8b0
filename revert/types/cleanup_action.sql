-- Revert tradelatch:types/cleanup_action from pg

\ir ../../deploy/settings.psql

begin;

drop type tradelatch.cleanup_action;

commit;
