-- Revert tradelatch:helpers/check_side from pg

begin;

drop function monitoring.check_side;

commit;
