-- Verify tradelatch:tables/stale_fences on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.stale_fences'::regclass
    and c.relkind = 'S'
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_sequence_privilege('tradelatch_operator', c.oid, 'select, usage, update')
    and not pg_catalog.has_sequence_privilege('public', c.oid, 'select, usage, update');

rollback;
