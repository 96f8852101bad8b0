-- Verify tradelatch:functions/normalize_exchange on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.normalize_exchange(text)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'text'::regtype
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp']
    and pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (tradelatch.normalize_exchange(' BinanceUSDM ') = 'binance')::integer;

rollback;
