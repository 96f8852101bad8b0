-- Revert tradelatch:helpers/check_details from pg

begin;

drop function monitoring.check_details;

commit;
