-- Verify tradelatch:schemas/monitoring on pg

begin;

do $$
begin
    assert (select n.nspowner = 'tradelatch_owner'::regrole from pg_catalog.pg_namespace as n where n.nspname = 'monitoring'),
        'schema monitoring is missing, or not tradelatch_owner''s';
    assert not pg_catalog.has_schema_privilege('tradelatch_operator', 'monitoring', 'usage')
        or pg_catalog.to_regclass('monitoring.legacy_state') is not null,
        'operators reach into monitoring';
    assert not pg_catalog.has_schema_privilege('public', 'monitoring', 'create'), 'everybody may create in monitoring';
    assert not pg_catalog.has_schema_privilege('public', 'monitoring', 'usage')
        or pg_catalog.to_regclass('monitoring.legacy_state') is not null, -- as it was found
        'everybody reaches into monitoring';
end
$$;

rollback;
