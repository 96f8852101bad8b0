-- Deploy tradelatch:functions/place_entry to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.place_entry(
    position_id bigint,
    fence bigint,
    exchange_order_id text,
    details jsonb default '{}'
)
returns tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_order_id text := monitoring.check_text('exchange_order_id', place_entry.exchange_order_id, 100);
    v_details jsonb := monitoring.check_details(place_entry.details);
    v_position monitoring.positions := monitoring.lock_position(place_entry.position_id, place_entry.fence);
begin
    -- Known already: from the same call before, or from the fill that was faster.
    if v_position.closed_at is null and v_position.exchange_order_id = v_order_id then
        return monitoring.receipt_of(v_position, 'replayed', true);
    end if;
    perform monitoring.check_entry_order(v_position, v_order_id);

    -- It arrived, unless it has filled and ended meanwhile.
    if v_position.origin = 'created' then
        v_position := monitoring.note_orders(v_position, '{}', array[v_position.order_key || 'e1'], true, false);
    end if;
    v_position.exchange_order_id := v_order_id;
    if v_position.status = 'pending_entry' then
        v_position.status := 'entry_placed';
        if v_position.origin <> 'created' then
            v_position.orders_arrived := v_position.orders_arrived || ('id:' || v_order_id);
        end if;
    end if;
    return monitoring.write_move(
        v_position, 'place_entry', v_details || jsonb_build_object('exchange_order_id', v_order_id), 'ok', true
    );
end
$$;

comment on function tradelatch.place_entry(bigint, bigint, text, jsonb) is
$$The exchange took the entry order. exchange_order_id: its id there.
pending_entry becomes entry_placed. Where the fill was faster than this answer the status stays and the id is stored.
Outcomes: ok; replayed when the id is known. The receipt's order is what the status calls for.
Errors: 22023; TL002; TL003; TL004; TL005 the entry, or another open position of the symbol, has another order; 55P03.$$;

revoke all on function tradelatch.place_entry(bigint, bigint, text, jsonb) from public;
grant execute on function tradelatch.place_entry(bigint, bigint, text, jsonb) to tradelatch_bot;

commit;
