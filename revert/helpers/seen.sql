-- Revert tradelatch:helpers/seen from pg

begin;

drop function monitoring.seen;

commit;
