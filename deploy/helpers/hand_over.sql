-- Deploy tradelatch:helpers/hand_over to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.hand_over(book_row monitoring.positions, lease interval, attempt uuid)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := monitoring.hold_order(book_row);
    v_now timestamptz := clock_timestamp();
    v_until timestamptz := book_row.lease_until + monitoring.grace();
begin
    v_row.orders_in_hand := monitoring.give_up_hands(v_row.orders_in_hand, v_until);

    -- An id is given to one fence at a time: while the one before may still send its order, there is a fresh one. An entry is
    -- looked up, never sent.
    if v_until > v_now and v_row.orders_in_hand ? monitoring.current_order(book_row) then
        if v_row.status = 'pending_sl' then
            v_row.stop_loss_attempt := v_row.stop_loss_attempt + 1;
        elsif v_row.status in ('pending_close', 'pending_rollback') then
            v_row.close_attempt := v_row.close_attempt + 1;
        end if;
    end if;

    v_row.fence := monitoring.next_fence();
    v_row.lease_until := v_now + hand_over.lease;
    v_row.drive_attempt := hand_over.attempt;
    return v_row;
end
$$;

comment on function monitoring.hand_over(monitoring.positions, interval, uuid) is
'The position under a new fence. What the fence before had in hand stays in its hand until its lease and the grace time have passed.';

revoke all on function monitoring.hand_over(monitoring.positions, interval, uuid) from public;

commit;
