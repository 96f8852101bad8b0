-- Deploy tradelatch:helpers/read_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.read_orders(exchange text, orders jsonb)
returns setof monitoring.seen_order
language plpgsql
stable
as $$
begin
    if jsonb_typeof(read_orders.orders) is distinct from 'array' then
        perform monitoring.refuse_argument('orders', 'must be a JSON array');
    elsif jsonb_array_length(read_orders.orders) > 100000 then
        perform monitoring.refuse_argument(
            'orders', 'must have at most 100000 entries', jsonb_array_length(read_orders.orders)::text
        );
    end if;

    -- What is written as it ordinarily is needs no call; a call reads the rest, or refuses it. An id of '' is none, as some
    -- exchanges say it.
    return query
    with entries as materialized (
        select
            e.ordinality as number,
            format('orders[%s]', e.ordinality - 1) as place,
            e.value as entry,
            e.value ->> 'symbol' as symbol,
            nullif(e.value ->> 'client_order_id', '') as client_order_id,
            nullif(e.value ->> 'order_id', '') as order_id,
            e.value ->> 'position_side' as position_side,
            e.value ->> 'side' as side,
            e.value ->> 'quantity' as quantity,
            e.value ->> 'trigger' as trigger
        from jsonb_array_elements(read_orders.orders) with ordinality as e
    )

    select
        case
            when monitoring.is_plain_symbol(e.symbol)
                and jsonb_typeof(e.entry -> 'symbol') = 'string'
                and not monitoring.is_alias(read_orders.exchange, e.symbol)
                then e.symbol
            else monitoring.read_symbol(e.place, read_orders.exchange, e.entry)
        end collate "C",
        case
            when monitoring.is_plain_text(e.client_order_id, 100) then e.client_order_id
            else monitoring.check_text(e.place || '.client_order_id', e.client_order_id, 100, e.order_id is not null)
        end collate "C",
        case
            when e.order_id is null or monitoring.is_plain_text(e.order_id, 100) then e.order_id
            else monitoring.check_text(e.place || '.order_id', e.order_id, 100)
        end collate "C",
        case
            when e.position_side is null or e.position_side in ('both', 'long', 'short') then e.position_side
            when lower(btrim(e.position_side)) = 'both' then 'both'
            else monitoring.check_side(e.position_side, e.place || '.position_side')
        end collate "C",
        case
            when e.side is null or e.side in ('buy', 'sell') then e.side
            else case monitoring.check_side(e.side, e.place || '.side') when 'long' then 'buy' else 'sell' end
        end,
        monitoring.read_price(e.place || '.quantity', e.quantity, e.entry -> 'quantity'),
        monitoring.read_price(e.place || '.trigger', e.trigger, e.entry -> 'trigger'),
        case
            when jsonb_typeof(coalesce(e.entry -> 'reduce_only', 'null')) in ('boolean', 'null')
                then (e.entry ->> 'reduce_only')::boolean
            else monitoring.check_switch(e.place || '.reduce_only', null)
        end
    from entries as e
    order by e.number;
end
$$;

comment on function monitoring.read_orders(text, jsonb) is
'The entries of a list of orders; 22023 names the entry that is not as it should be.';

revoke all on function monitoring.read_orders(text, jsonb) from public;

commit;
