-- Revert tradelatch:tables/position_fence from pg

begin;

drop sequence monitoring.position_fence;

commit;
