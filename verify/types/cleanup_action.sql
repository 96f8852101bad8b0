-- Verify tradelatch:types/cleanup_action on pg

begin;

do $$
begin
    assert (
        select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = 'tradelatch.cleanup_action'::regclass
    ) = 'backup_id uuid, position_id bigint, action text, from_status text, to_status text, detail jsonb'
        '', 'the type has other columns';
    assert not pg_catalog.has_type_privilege('tradelatch_bot', 'tradelatch.cleanup_action', 'usage'), 'others may use the type';
end
$$;

rollback;
