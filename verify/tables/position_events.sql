-- Verify tradelatch:tables/position_events on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_events'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.position_events_at'::regclass
    and i.indisvalid;

select
    id,
    position_id,
    at,
    event,
    from_status,
    to_status,
    fence,
    details,
    user_name,
    application_name
from monitoring.position_events
where false;

rollback;
