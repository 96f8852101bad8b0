-- Deploy tradelatch:functions/create_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_exchange text := monitoring.canonical_exchange(create_position.exchange);
    v_account text := monitoring.check_name('account', create_position.account, 64);
    v_symbol text := monitoring.canonical_symbol(v_exchange, create_position.symbol);
    v_side text := create_position.side;
    v_position_side text := create_position.position_side;
    v_made record;
    v_is_taken boolean := false;
    v_wanted monitoring.positions;
    v_receipt tradelatch.receipt;
begin
    -- One look in the ordinary case: each expression is prepared anew in each transaction.
    if (
        v_side in ('long', 'short')
        and v_position_side in ('both', v_side)
        and monitoring.is_amount(create_position.quantity)
        and monitoring.is_amount(create_position.entry_price)
        and create_position.lease > interval '0'
        and create_position.lease <= interval '3650 days'
        and monitoring.is_exact(create_position.lease)
        and (
            create_position.stop_loss_percent is null
            or create_position.stop_loss_percent > 0 and create_position.stop_loss_percent < 100
        )
        and (create_position.request_id is null or monitoring.is_plain_text(create_position.request_id, 200))
        and create_position.details = '{}'
    ) is not true then
        v_side := monitoring.check_side(create_position.side);
        v_position_side := monitoring.check_position_side(create_position.position_side, v_side);
        perform monitoring.check_lease(create_position.lease);
        perform
            monitoring.check_amount('quantity', create_position.quantity),
            monitoring.check_amount('entry_price', create_position.entry_price),
            monitoring.check_percent('stop_loss_percent', create_position.stop_loss_percent),
            monitoring.check_text('request_id', create_position.request_id, 200, true),
            monitoring.check_details(create_position.details);
    end if;

    if monitoring.lock_slot(v_exchange, v_account, v_symbol) is not true then
        perform monitoring.wait_for_slot(v_exchange, v_account, v_symbol);
    end if;

    -- Known as this creation, it is answered below; as another call it is refused here.
    if create_position.attempt is not null then
        v_is_taken := monitoring.is_known_attempt(create_position.attempt, null, 'create_position', '{}');
    end if;

    -- An INSERT that is refused has taken an id and a fence: it is left out where that is to be expected. Above READ COMMITTED the
    -- look may be at what is over. conflicting_positions, which looks into both indexes, costs twice as much.
    if not v_is_taken then
        if v_position_side = 'short' then
            perform
            from monitoring.positions as p
            where p.closed_at is null and p.position_side in ('both', 'short')
                and p.symbol = v_symbol
                and p.exchange = v_exchange
                and p.account = v_account;
        else
            perform
            from monitoring.positions as p
            where p.closed_at is null and p.position_side in ('both', 'long')
                and p.symbol = v_symbol
                and p.exchange = v_exchange
                and p.account = v_account;
        end if;
        if found then
            v_is_taken := current_setting('transaction_isolation') = 'read committed';
        end if;
    end if;

    -- The lock makes it quiet, the unique indexes decide: no conflict target, so that each of them does. Under REPEATABLE READ
    -- and SERIALIZABLE a row that this transaction cannot see ends it here with 40001.
    -- A column that is left out is checked by its domain, a null of that domain is not: the last ones are null.
    for v_try in 1..3 loop
        if not v_is_taken then
            insert into monitoring.positions as p (
                origin, exchange, account, symbol, side, position_side, quantity, entry_price, stop_loss_percent,
                request_id, attempt, drive_attempt, signal, details, status, lease_until,
                average_price, exchange_order_id, exit_reason, exit_price, realized_pnl, fees,
                stop_loss_price, stop_loss_order_id, close_quantity
            ) values (
                'created', v_exchange, v_account, v_symbol, v_side, v_position_side,
                create_position.quantity, create_position.entry_price, create_position.stop_loss_percent,
                create_position.request_id, create_position.attempt, create_position.attempt, create_position.signal_id,
                create_position.details, 'pending_entry', clock_timestamp() + monitoring.in_seconds(create_position.lease),
                v_wanted.average_price, v_wanted.exchange_order_id, v_wanted.exit_reason, v_wanted.exit_price,
                v_wanted.realized_pnl, v_wanted.fees,
                v_wanted.stop_loss_price, v_wanted.stop_loss_order_id, v_wanted.close_quantity
            )
            on conflict do nothing
            returning monitoring.make_receipt(p, 'created', true, 'entry', null) as receipt into v_made;

            if found then
                return v_made.receipt;
            end if;
        end if;
        v_is_taken := false;

        v_wanted.origin := 'created';
        v_wanted.exchange := v_exchange;
        v_wanted.account := v_account;
        v_wanted.symbol := v_symbol;
        v_wanted.side := v_side;
        v_wanted.position_side := v_position_side;
        v_wanted.quantity := create_position.quantity;
        v_wanted.entry_price := create_position.entry_price;
        v_wanted.stop_loss_percent := create_position.stop_loss_percent;
        v_wanted.request_id := create_position.request_id;
        v_wanted.attempt := create_position.attempt;
        v_wanted.signal := create_position.signal_id;
        v_wanted.details := create_position.details;
        v_receipt := monitoring.resolve_conflict(v_wanted);
        if v_receipt.outcome is not null then
            return v_receipt;
        end if;
    end loop;

    perform monitoring.compare_sequences();
    raise exception using
        errcode = '40001',
        message = format('the slot of %s keeps changing: try again', v_symbol);
end
$$;

comment on function tradelatch.create_position(
    text, text, text, numeric, numeric, text, text, text, uuid, interval, numeric, bigint, jsonb
) is
$$Commits the intent to open a position, before its entry order is sent. The slot is taken from then on.
exchange, account, symbol, position_side: the slot; spellings are made canonical. side: long or short, or buy or sell, which open them.
quantity in units of the base asset, entry_price of the quote asset, stop_loss_percent in percent of the fill's price.
request_id: the reason to open, one position each, for ever. attempt: this call and its retries; a UUID of version 7
keeps a long history's indexes quick. lease: how long the caller may send orders.
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
