-- Verify tradelatch:views/events on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'tradelatch.events'::regclass
    and c.relkind = 'v'
    and c.relowner = 'tradelatch_owner'::regrole
    and pg_catalog.has_table_privilege('tradelatch_reader', c.oid, 'select')
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select');

select *
from tradelatch.events
where false;

rollback;
