-- Verify tradelatch:helpers/is_amount on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.is_amount(numeric)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.is_amount(0.1)
    and not monitoring.is_amount(0)
    and not monitoring.is_amount('NaN')
    and not monitoring.is_amount('Infinity')
    and not monitoring.is_amount(1e30)
)::integer;

rollback;
