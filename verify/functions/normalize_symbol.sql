-- Verify tradelatch:functions/normalize_symbol on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.normalize_symbol(text)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'i'
    and p.prorettype = 'text'::regtype
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp']
    and pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

select 1 / (
    tradelatch.normalize_symbol(' apt/usdt:usdt ') = 'APTUSDT'
    and tradelatch.normalize_symbol('BTC/USD:BTC') = 'BTCUSD:BTC'
)::integer;

rollback;
