-- Revert tradelatch:helpers/is_being_restored from pg

begin;

drop function monitoring.is_being_restored;

commit;
