-- Deploy tradelatch:helpers/read_snapshot to pg
-- requires: tables/sightings
-- requires: views/open_positions
-- requires: functions/normalize_symbol
-- requires: helpers/check_amount
-- requires: helpers/check_side
-- requires: helpers/check_position_side
-- requires: helpers/check_text
-- requires: helpers/read_number

begin;

set local role tradelatch_owner;

create function monitoring.read_snapshot(exchange text, account text, snapshot jsonb, observed_at timestamptz)
returns setof monitoring.sightings
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_item jsonb;
    v_number integer := -1;
    v_place text;
    v_quantity numeric;
    v_position_side text;
    v_modes jsonb;
    v_open jsonb;
    v_seen monitoring.sightings;
begin
    if jsonb_typeof(read_snapshot.snapshot) is distinct from 'array' then
        perform monitoring.refuse_argument('snapshot', 'must be a JSON array');
    elsif jsonb_array_length(read_snapshot.snapshot) > 100000 then
        perform monitoring.refuse_argument(
            'snapshot', 'must have at most 100000 entries', jsonb_array_length(read_snapshot.snapshot)::text
        );
    end if;

    -- The open position sides of each symbol, and the side of each.
    select coalesce(jsonb_object_agg(o.symbol, o.sides), '{}')
    into v_modes
    from (
        select
            p.symbol,
            jsonb_object_agg(p.position_side, p.side) as sides
        from tradelatch.open_positions as p
        where p.exchange = read_snapshot.exchange and p.account = read_snapshot.account
        group by p.symbol
    ) as o;

    v_seen.exchange := read_snapshot.exchange;
    v_seen.account := read_snapshot.account;
    v_seen.first_seen_at := read_snapshot.observed_at;
    v_seen.last_seen_at := read_snapshot.observed_at;

    for v_item in select e.value from jsonb_array_elements(read_snapshot.snapshot) as e loop
        v_number := v_number + 1;
        v_place := format('snapshot[%s]', v_number);
        if jsonb_typeof(v_item) <> 'object' then
            perform monitoring.refuse_argument(v_place, 'must be a JSON object');
        elsif (jsonb_typeof(v_item -> 'symbol') = 'string' and monitoring.is_name(v_item ->> 'symbol', 64)) is not true then
            perform monitoring.refuse_argument(
                v_place || '.symbol', 'must be a name of 1 to 64 characters', v_item ->> 'symbol'
            );
        end if;
        v_seen.symbol := tradelatch.normalize_symbol(v_item ->> 'symbol');
        v_quantity := monitoring.read_number(v_place || '.quantity', v_item -> 'quantity');
        if (v_quantity >= 0 and v_quantity < 1e30) is not true then
            perform monitoring.refuse_argument(v_place || '.quantity', 'must be 0, or above 0 and below 1e30', v_quantity::text);
        end if;
        v_seen.quantity := v_quantity;
        v_seen.side := case
            when v_seen.quantity > 0 or v_item ->> 'side' is not null
                then monitoring.check_side(v_item ->> 'side', v_place || '.side')
        end;
        v_position_side := v_item ->> 'position_side';
        if v_position_side is not null then
            v_position_side := monitoring.check_position_side(
                v_position_side, coalesce(v_seen.side, lower(btrim(v_position_side))), v_place || '.position_side'
            );
        end if;
        v_seen.average_price := monitoring.check_amount(
            v_place || '.average_price', nullif(monitoring.read_number(v_place || '.average_price', v_item -> 'average_price'), 0), true
        );
        v_seen.stop_loss_price := monitoring.check_amount(
            v_place || '.stop_loss_price', nullif(monitoring.read_number(v_place || '.stop_loss_price', v_item -> 'stop_loss_price'), 0), true
        );
        v_seen.stop_loss_order_id := monitoring.check_text(
            v_place || '.stop_loss_order_id', v_item ->> 'stop_loss_order_id', 100, true
        );
        v_seen.no_stop_loss_since := case
            when v_item ? 'stop_loss_price' and v_seen.stop_loss_price is null then read_snapshot.observed_at
        end;

        -- Where the book has the symbol open in the other mode, an entry belongs to the row of its side; of one without a side,
        -- flat, the position side tells it: an empty long one says nothing of a short.
        v_open := v_modes -> v_seen.symbol::text;
        v_seen.position_side := case
            when v_open ? v_position_side then v_position_side
            when v_open ->> 'both' = coalesce(v_seen.side, nullif(v_position_side, 'both'), v_open ->> 'both')
                or v_position_side is null and v_open ? 'both'
                then 'both'
            when v_open is not null and coalesce(v_position_side, 'both') = 'both' then v_seen.side
            else coalesce(v_position_side, 'both')
        end;

        if v_seen.quantity = 0 then
            -- Nothing of the one-way slot says nothing of the two slots of hedge mode.
            continue when v_seen.position_side is null;
            v_seen.side := null;
            v_seen.no_stop_loss_since := null;
        end if;
        return next v_seen;
    end loop;
end
$$;

comment on function monitoring.read_snapshot(text, text, jsonb, timestamptz) is
'The entries of a snapshot as sightings; 22023 names the entry that is not as it should be.';

revoke all on function monitoring.read_snapshot(text, text, jsonb, timestamptz) from public;

commit;
