-- Verify tradelatch:types/receipt on pg

begin;

do $$
begin
    assert (
        select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = 'tradelatch.receipt'::regclass
    ) = 'outcome text, position_id bigint, status text, fence bigint, lease_until timestamp with time zone, exchange text, account text, '
        'symbol text, position_side text, order_kind text, order_side text, order_quantity numeric, order_price numeric, '
        'order_reduce_only boolean, order_client_order_id text, order_cancels text[]', 'the receipt has other columns';
    assert not pg_catalog.has_type_privilege('public', 'tradelatch.receipt', 'usage'), 'everybody may use the receipt';
end
$$;

rollback;
