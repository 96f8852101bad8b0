-- Revert tradelatch:helpers/is_driven from pg

begin;

drop function monitoring.is_driven;

commit;
