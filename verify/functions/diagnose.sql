-- Verify tradelatch:functions/diagnose on pg

begin;

select 1 / count(*)
from pg_catalog.pg_proc as p
where p.oid = 'tradelatch.diagnose(text, text, text, interval)'::regprocedure
    and p.proowner = 'tradelatch_owner'::regrole
    and p.provolatile = 's'
    and p.prorettype = 'tradelatch.finding'::regtype
    and p.proretset
    and p.prosecdef
    and p.proconfig @> array['search_path=pg_catalog, pg_temp']
    and pg_catalog.has_function_privilege('tradelatch_reader', p.oid, 'execute')
    and not pg_catalog.has_function_privilege('public', p.oid, 'execute');

rollback;
