-- Verify tradelatch:helpers/client_order_id on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.client_order_id(text, text, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'text'::regtype
    and pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.client_order_id('tl0', 'stop_loss', 2) = 'tl0s2'
)::integer;

rollback;
