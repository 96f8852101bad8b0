-- Verify tradelatch:functions/record_marks on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.record_marks(text, jsonb, text)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 'v'
    and p.prorettype = 'integer'::regtype
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s']
    and pg_catalog.has_function_privilege('tradelatch_bot', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
