-- Verify tradelatch:helpers/orders_to_cancel on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.orders_to_cancel(text [], text, text, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'text[]'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.orders_to_cancel('{x}', 'tl0', 'close', 1) = '{x,tl0c1}'
)::integer;

rollback;
