-- Verify tradelatch:helpers/is_plain_text on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.is_plain_text(text, integer)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'boolean'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.is_plain_text('a b', 3)
    and not monitoring.is_plain_text('', 3)
    and not monitoring.is_plain_text('abcd', 3)
    and not monitoring.is_plain_text(E'a\tb', 3)
)::integer;

rollback;
