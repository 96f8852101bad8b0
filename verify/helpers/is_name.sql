-- Verify tradelatch:helpers/is_name on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.is_name(text, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.is_name('a b', 3)
    and not monitoring.is_name(E'a\u00a0', 3)
    and not monitoring.is_name(E'\u200ba', 3)
)::integer;

rollback;
