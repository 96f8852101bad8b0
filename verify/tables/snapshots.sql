-- Verify tradelatch:tables/snapshots on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.snapshots'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    exchange,
    account,
    observed_at,
    is_complete,
    is_suspect,
    absences,
    max_closes
from monitoring.snapshots
where false;

rollback;
