-- Verify tradelatch:helpers/legal_moves on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.legal_moves()'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'jsonb'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.legal_moves() -> 'active' -> 'closed' -> 'confirm_close' = 'false'
)::integer;

rollback;
