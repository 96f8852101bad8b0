-- Verify tradelatch:schemas/tradelatch on pg

begin;

do $$
begin
    assert (select n.nspowner = 'tradelatch_owner'::regrole from pg_catalog.pg_namespace as n where n.nspname = 'tradelatch'),
        'schema tradelatch is missing, or not tradelatch_owner''s';
    assert pg_catalog.has_schema_privilege('tradelatch_reader', 'tradelatch', 'usage'), 'readers cannot use tradelatch';
    assert not pg_catalog.has_schema_privilege('tradelatch_operator', 'tradelatch', 'create'), 'operators create in tradelatch';
    assert not pg_catalog.has_schema_privilege('public', 'tradelatch', 'usage'), 'everybody uses tradelatch';
end
$$;

rollback;
