-- Revert tradelatch:helpers/bulk_limit from pg

begin;

drop function monitoring.bulk_limit;

commit;
