-- Verify tradelatch:indexes/positions_closed_at on pg

begin;

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.positions_closed_at'::regclass
    and i.indrelid = 'monitoring.positions'::regclass
    and i.indisvalid
    and i.indisready
    and pg_catalog.pg_get_indexdef(i.indexrelid) like '%(closed_at) WHERE (closed_at IS NOT NULL)';

rollback;
