-- Revert tradelatch:helpers/check_covers from pg

begin;

drop function monitoring.check_covers;

commit;
