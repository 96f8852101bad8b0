-- Verify tradelatch:helpers/canonical_exchange on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'monitoring.canonical_exchange(text)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'text'::regtype
    and not pg_catalog.has_function_privilege('tradelatch_operator', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    monitoring.canonical_exchange(' BinanceUSDM ') = 'binance'
    and monitoring.canonical_exchange('Elsewhere') = 'elsewhere'
)::integer;

rollback;
