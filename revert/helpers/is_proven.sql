-- Revert tradelatch:helpers/is_proven from pg

begin;

drop function monitoring.is_proven;

commit;
