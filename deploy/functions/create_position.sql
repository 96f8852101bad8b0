-- Deploy tradelatch:functions/create_position to pg
-- requires: helpers/resolve_conflict
-- requires: helpers/canonical_exchange
-- requires: helpers/check_amount
-- requires: helpers/check_details
-- requires: helpers/check_lease
-- requires: helpers/check_name
-- requires: helpers/is_known_attempt
-- requires: helpers/check_percent
-- requires: helpers/check_position_side
-- requires: helpers/check_side
-- requires: helpers/lock_slot
-- requires: functions/normalize_symbol
-- requires: triggers/births

begin;

set local role tradelatch_owner;

create function tradelatch.create_position(
    exchange text,
    symbol text,
    side text,
    quantity numeric,
    entry_price numeric,
    account text default 'default',
    position_side text default 'both',
    request_id text default null,
    attempt uuid default null,
    lease interval default '1 minute',
    stop_loss_percent numeric default null,
    signal_id bigint default null,
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
    v_wanted monitoring.positions;
    v_made record;
    v_receipt tradelatch.receipt;
    v_lease interval := monitoring.check_lease(create_position.lease);
begin
    v_wanted.origin := 'created';
    v_wanted.exchange := monitoring.canonical_exchange(create_position.exchange);
    v_wanted.account := monitoring.check_name('account', create_position.account, 64);
    v_wanted.symbol := tradelatch.normalize_symbol(create_position.symbol);
    v_wanted.side := monitoring.check_side(create_position.side);
    v_wanted.position_side := monitoring.check_position_side(create_position.position_side, v_wanted.side);
    v_wanted.quantity := monitoring.check_amount('quantity', create_position.quantity);
    v_wanted.entry_price := monitoring.check_amount('entry_price', create_position.entry_price);
    v_wanted.stop_loss_percent := monitoring.check_percent('stop_loss_percent', create_position.stop_loss_percent);
    v_wanted.request_id := monitoring.check_text('request_id', create_position.request_id, 200, true);
    v_wanted.attempt := create_position.attempt;
    v_wanted.signal := create_position.signal_id;
    v_wanted.details := monitoring.check_details(create_position.details);

    perform monitoring.lock_slot(v_wanted.exchange, v_wanted.account, v_wanted.symbol);

    -- Known as this creation, it is answered below; as another call it is refused here.
    if v_wanted.attempt is not null then
        perform monitoring.is_known_attempt(v_wanted.attempt, null, 'create_position', '{}');
    end if;

    -- The lock makes it quiet, the unique indexes decide: no conflict target, so that each of them does. Under REPEATABLE READ
    -- and SERIALIZABLE a row that this transaction cannot see ends it here with 40001.
    for v_try in 1..3 loop
        insert into monitoring.positions as p (
            origin, exchange, account, symbol, side, position_side, quantity, entry_price, stop_loss_percent,
            request_id, attempt, drive_attempt, signal, details, status, lease_until
        ) values (
            v_wanted.origin, v_wanted.exchange, v_wanted.account, v_wanted.symbol, v_wanted.side, v_wanted.position_side,
            v_wanted.quantity, v_wanted.entry_price, v_wanted.stop_loss_percent,
            v_wanted.request_id, v_wanted.attempt, v_wanted.attempt, v_wanted.signal, v_wanted.details,
            'pending_entry', clock_timestamp() + v_lease
        )
        on conflict do nothing
        returning monitoring.receipt_of(p, 'created', true) as receipt into v_made;

        if found then
            return v_made.receipt;
        end if;

        v_receipt := monitoring.resolve_conflict(v_wanted);
        if v_receipt.outcome is not null then
            return v_receipt;
        end if;
    end loop;

    raise exception using
        errcode = '40001',
        message = format('the slot of %s keeps changing: try again', v_wanted.symbol);
end
$$;

comment on function tradelatch.create_position(
    text, text, text, numeric, numeric, text, text, text, uuid, interval, numeric, bigint, jsonb
) is
$$Commits the intent to open a position, before its entry order is sent. The slot is taken from then on.
exchange, account, symbol, position_side: the slot; spellings are made canonical. side: long or short.
quantity in units of the base asset, entry_price of the quote asset, stop_loss_percent in percent of the fill's price.
request_id: the reason to open, one position each, for ever. attempt: this call and its retries. lease: how long the caller may send orders.
Outcomes: created, with the entry order; existing (the slot or the request is somebody's): nothing to trade with;
replayed (the same attempt again): fence and order while its fence is the current one.
Errors: 22023; TL005 the request or attempt asked for something else before; TL006 the other position mode is open; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.create_position(
    text, text, text, numeric, numeric, text, text, text, uuid, interval, numeric, bigint, jsonb
) from public;
grant execute on function tradelatch.create_position(
    text, text, text, numeric, numeric, text, text, text, uuid, interval, numeric, bigint, jsonb
) to tradelatch_bot;

commit;
