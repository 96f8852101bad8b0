-- Revert tradelatch:helpers/without_workers from pg

begin;

drop function monitoring.without_workers;

commit;
