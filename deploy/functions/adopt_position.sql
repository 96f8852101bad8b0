-- Deploy tradelatch:functions/adopt_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.adopt_position(
    exchange text,
    symbol text,
    side text,
    quantity numeric,
    average_price numeric,
    observed_at timestamptz,
    account text default 'default',
    position_side text default 'both',
    stop_loss_price numeric default null,
    stop_loss_order_id text default null,
    stop_loss_percent numeric default null,
    attempt uuid default null,
    lease interval default '1 minute',
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
    v_lease interval := monitoring.check_lease(adopt_position.lease);
begin
    v_wanted.origin := 'adopted';
    v_wanted.exchange := monitoring.canonical_exchange(adopt_position.exchange);
    v_wanted.account := monitoring.check_name('account', adopt_position.account, 64);
    v_wanted.symbol := monitoring.canonical_symbol(v_wanted.exchange, adopt_position.symbol);
    v_wanted.side := monitoring.check_side(adopt_position.side);
    v_wanted.position_side := monitoring.check_position_side(adopt_position.position_side, v_wanted.side);
    v_wanted.quantity := monitoring.check_amount('quantity', adopt_position.quantity);
    v_wanted.entry_price := monitoring.check_amount('average_price', adopt_position.average_price);
    v_wanted.stop_loss_price := monitoring.check_amount('stop_loss_price', adopt_position.stop_loss_price, true);
    v_wanted.stop_loss_order_id := monitoring.check_text('stop_loss_order_id', adopt_position.stop_loss_order_id, 100, true);
    if v_wanted.stop_loss_order_id is not null and v_wanted.stop_loss_price is null then
        perform monitoring.refuse_argument('stop_loss_price', 'must not be null where there is a stop_loss_order_id');
    end if;
    v_wanted.stop_loss_percent := monitoring.check_percent('stop_loss_percent', adopt_position.stop_loss_percent);
    perform monitoring.check_observed(adopt_position.observed_at);
    v_wanted.attempt := adopt_position.attempt;
    v_wanted.details := monitoring.check_details(adopt_position.details);

    return monitoring.adopt(v_wanted, adopt_position.observed_at, v_lease);
end
$$;

comment on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) is
$$Takes a position into the book that was found on the exchange and is claimed by nobody.
quantity in units of the base asset, average_price in units of the quote asset: as found, they stand for what was asked for and what was filled.
observed_at: when the request to the exchange that showed it began, by the database's clock.
With stop_loss_price (and the exchange's id of that order, where it is one) it is active; without, pending_sl, and the receipt calls for a stop-loss,
at stop_loss_percent of the average price where that is given. * is left: closing orders of the slot that the book cannot name.
Outcomes: created; existing (the book knows it, or the slot is somebody's): nothing to trade with; replayed (the same attempt again).
Errors: 22023; TL005 the attempt asked for something else before; TL006 the other position mode is open; TL009 the slot, or one that excludes it, moved
later than a grace time before observed_at; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) from public;
grant execute on function tradelatch.adopt_position(
    text, text, text, numeric, numeric, timestamptz, text, text, numeric, text, numeric, uuid, interval, jsonb
) to tradelatch_bot;

commit;
