-- Revert tradelatch:helpers/read_snapshot from pg

begin;

drop function monitoring.read_snapshot;

commit;
