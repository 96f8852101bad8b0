-- Revert tradelatch:helpers/check_lease from pg

begin;

drop function monitoring.check_lease;

commit;
