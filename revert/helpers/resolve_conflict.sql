-- Revert tradelatch:helpers/resolve_conflict from pg

begin;

drop function monitoring.resolve_conflict;

commit;
