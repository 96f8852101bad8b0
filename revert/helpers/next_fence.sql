-- Revert tradelatch:helpers/next_fence from pg

begin;

drop function monitoring.next_fence;

commit;
