-- Verify tradelatch:types/finding on pg

begin;

do $$
begin
    assert (
        select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = 'tradelatch.finding'::regclass
    ) = 'check_name text, severity text, position_id bigint, exchange text, account text, symbol text, positi'
        'on_side text, status text, age interval, detail jsonb, action text', 'the type has other columns';
    assert not pg_catalog.has_type_privilege('public', 'tradelatch.finding', 'usage'), 'others may use the type';
end
$$;

rollback;
