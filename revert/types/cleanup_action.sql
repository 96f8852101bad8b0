-- Revert tradelatch:types/cleanup_action from pg

begin;

drop type tradelatch.cleanup_action;

commit;
