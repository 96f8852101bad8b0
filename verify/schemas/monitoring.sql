-- Verify tradelatch:schemas/monitoring on pg

begin;

do $$
begin
    assert (select n.nspowner = 'tradelatch_owner'::regrole from pg_catalog.pg_namespace as n where n.nspname = 'monitoring'),
        'schema monitoring is missing, or not tradelatch_owner''s';
    assert not pg_catalog.has_schema_privilege('tradelatch_operator', 'monitoring', 'usage'), 'operators reach into monitoring';
    assert not pg_catalog.has_schema_privilege('public', 'monitoring', 'usage'), 'everybody reaches into monitoring';
end
$$;

rollback;
