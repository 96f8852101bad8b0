-- Revert tradelatch:helpers/check_age from pg

begin;

drop function monitoring.check_age;

commit;
