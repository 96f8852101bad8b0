-- Revert tradelatch:helpers/is_exact from pg

begin;

drop function monitoring.is_exact;

commit;
