-- Verify tradelatch:indexes/idx_unique_active_position on pg

begin;

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.idx_unique_active_position'::regclass
    and i.indrelid = 'monitoring.positions'::regclass
    and i.indisunique
    and i.indisvalid
    and i.indisready
    and pg_catalog.pg_get_indexdef(i.indexrelid) like '%(symbol, exchange, account) WHERE %';

rollback;
