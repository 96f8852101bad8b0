-- Deploy tradelatch:helpers/read_snapshot to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.read_snapshot(exchange text, account text, snapshot jsonb, observed_at timestamptz)
returns setof monitoring.sightings
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each entry with every position:
set enable_mergejoin = off -- what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
begin
    if jsonb_typeof(read_snapshot.snapshot) is distinct from 'array' then
        perform monitoring.refuse_argument('snapshot', 'must be a JSON array');
    elsif jsonb_array_length(read_snapshot.snapshot) > 100000 then
        perform monitoring.refuse_argument(
            'snapshot', 'must have at most 100000 entries', jsonb_array_length(read_snapshot.snapshot)::text
        );
    end if;

    -- What is written as it ordinarily is needs no call; a call reads the rest, or refuses it.
    return query
    with entries as materialized (
        select
            e.ordinality as number,
            format('snapshot[%s]', e.ordinality - 1) as place,
            e.value as entry,
            e.value ->> 'symbol' as symbol,
            e.value ->> 'quantity' as quantity,
            e.value ->> 'side' as side,
            e.value ->> 'position_side' as position_side,
            e.value ->> 'average_price' as average_price,
            e.value ->> 'stop_loss_price' as stop_loss_price,
            e.value ->> 'stop_loss_order_id' as stop_loss_order_id
        from jsonb_array_elements(read_snapshot.snapshot) with ordinality as e
    ),

    measured as materialized (
        select
            e.*,
            case
                when monitoring.is_plain_symbol(e.symbol)
                    and jsonb_typeof(e.entry -> 'symbol') = 'string'
                    and not monitoring.is_alias(read_snapshot.exchange, e.symbol)
                    then e.symbol
                else monitoring.read_symbol(e.place, read_snapshot.exchange, e.entry)
            end as canonical_symbol,
            case
                when monitoring.is_plain_number(e.quantity) then e.quantity::numeric
                else monitoring.read_quantity(e.place || '.quantity', e.entry -> 'quantity')
            end as held
        from entries as e
    ),

    checked as materialized (
        select
            m.*,
            case
                when m.side in ('long', 'short') then m.side
                when m.held > 0 then monitoring.check_side(m.side, m.place || '.side')
                -- flat, whatever it says; what it says may tell whose slot is meant
                when lower(btrim(m.side)) in ('long', 'short', 'buy', 'sell') then monitoring.check_side(m.side, m.place || '.side')
            end as held_side,
            monitoring.read_price(m.place || '.average_price', m.average_price, m.entry -> 'average_price') as average,
            monitoring.read_price(m.place || '.stop_loss_price', m.stop_loss_price, m.entry -> 'stop_loss_price') as stop_loss,
            case
                when m.stop_loss_order_id is null or monitoring.is_plain_text(m.stop_loss_order_id, 100) then m.stop_loss_order_id
                else monitoring.check_text(m.place || '.stop_loss_order_id', m.stop_loss_order_id, 100)
            end as stop_loss_order
        from measured as m
    ),

    sided as materialized (
        select
            c.*,
            case
                when c.position_side is null or c.position_side in ('both', c.held_side) then c.position_side
                else monitoring.check_position_side(
                    c.position_side, coalesce(c.held_side, lower(btrim(c.position_side))), c.place || '.position_side'
                )
            end as held_position_side
        from checked as c
    ),

    book as (
        select
            o.symbol,
            bool_or(o.position_side = 'both') as is_one_way
        from tradelatch.open_positions as o
        where o.exchange = read_snapshot.exchange and o.account = read_snapshot.account
        group by o.symbol
    ),

    -- An entry that tells no position side belongs to the mode in which the book has the symbol open; one that tells it is what it
    -- says, in whichever mode the book has it.
    placed as (
        select
            s.*,
            case
                when s.held_position_side is not null then s.held_position_side
                when coalesce(b.is_one_way, true) then 'both'
                else s.held_side
            end as slot_position_side
        from sided as s
        left join book as b on b.symbol = s.canonical_symbol
    )

    select
        read_snapshot.exchange::monitoring.exchange,
        read_snapshot.account::monitoring.account,
        p.canonical_symbol::monitoring.symbol,
        p.slot_position_side::monitoring.position_side,
        case when p.held > 0 then p.held_side end::monitoring.side,
        p.held::monitoring.filled_amount,
        p.average::monitoring.amount,
        p.stop_loss::monitoring.amount,
        p.stop_loss_order::monitoring.order_id,
        case when p.held > 0 and p.stop_loss is null and p.entry ? 'stop_loss_price' then read_snapshot.observed_at end,
        null::timestamptz,
        read_snapshot.observed_at,
        read_snapshot.observed_at
    from placed as p
    -- Nothing of the one-way slot says nothing of the two slots of hedge mode.
    where p.held > 0 or p.slot_position_side is not null
    order by p.number;
end
$$;

comment on function monitoring.read_snapshot(text, text, jsonb, timestamptz) is
'The entries of a snapshot as sightings; 22023 names the entry that is not as it should be.';

revoke all on function monitoring.read_snapshot(text, text, jsonb, timestamptz) from public;

commit;
