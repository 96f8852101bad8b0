-- Verify tradelatch:indexes/idx_unique_position_attempt on pg

begin;

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.idx_unique_position_attempt'::regclass
    and i.indrelid = 'monitoring.positions'::regclass
    and i.indisunique
    and i.indisvalid
    and i.indisready
    and pg_catalog.pg_get_indexdef(i.indexrelid) like '%(attempt) WHERE %';

rollback;
