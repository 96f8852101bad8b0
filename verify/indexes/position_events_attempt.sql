-- Verify tradelatch:indexes/position_events_attempt on pg

begin;

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.position_events_attempt'::regclass
    and i.indrelid = 'monitoring.position_events'::regclass
    and i.indisvalid
    and i.indisready
    and pg_catalog.pg_get_indexdef(i.indexrelid) like '%((details ->> ''attempt''::text))) WHERE %';

rollback;
