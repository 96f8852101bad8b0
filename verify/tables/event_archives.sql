-- Verify tradelatch:tables/event_archives on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.event_archives'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    id,
    made_in,
    at,
    older_than,
    positions,
    events,
    user_name,
    application_name
from monitoring.event_archives
where false;

rollback;
