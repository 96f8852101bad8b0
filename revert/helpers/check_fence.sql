-- Revert tradelatch:helpers/check_fence from pg

begin;

drop function monitoring.check_fence;

commit;
