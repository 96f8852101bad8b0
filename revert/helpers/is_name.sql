-- Revert tradelatch:helpers/is_name from pg

begin;

drop function monitoring.is_name;

commit;
