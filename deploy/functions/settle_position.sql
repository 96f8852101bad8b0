-- Deploy tradelatch:functions/settle_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.settle_position(
    position_id bigint,
    exit_price numeric default null,
    realized_pnl numeric default null,
    fees numeric default null,
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
    v_arguments jsonb := jsonb_build_object(
        'exit_price', monitoring.check_amount('exit_price', settle_position.exit_price, true),
        'realized_pnl', monitoring.check_money('realized_pnl', settle_position.realized_pnl),
        'fees', monitoring.check_money('fees', settle_position.fees)
    );
    v_details jsonb := monitoring.check_details(settle_position.details) || v_arguments;
    v_position monitoring.positions := monitoring.lock_position(settle_position.position_id, null, true);
    v_moved record;
begin
    if monitoring.is_latest_move(v_position.id, 'settle_position', v_details) then
        return monitoring.receipt_of(v_position, 'replayed', false);
    end if;

    update monitoring.positions as p
    set
        exit_price = coalesce(settle_position.exit_price, v_position.exit_price),
        realized_pnl = coalesce(settle_position.realized_pnl, v_position.realized_pnl),
        fees = coalesce(settle_position.fees, v_position.fees),
        move = 'settle_position',
        move_details = v_details
    where p.id = v_position.id
    returning monitoring.receipt_of(p, 'ok', false) as receipt into v_moved;

    return v_moved.receipt;
end
$$;

comment on function tradelatch.settle_position(bigint, numeric, numeric, numeric, jsonb) is
$$Facts that came after the end: of a position that is over; its status stays.
exit_price in units of the quote asset, realized_pnl and fees in the settle currency; null leaves what is known.
Outcomes: ok; replayed. No order, and nothing to cancel.
Errors: 22023; TL002 while it is open; TL004; 55P03.$$;

revoke all on function tradelatch.settle_position(bigint, numeric, numeric, numeric, jsonb) from public;
grant execute on function tradelatch.settle_position(bigint, numeric, numeric, numeric, jsonb) to tradelatch_bot;

commit;
