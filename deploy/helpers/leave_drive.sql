-- Deploy tradelatch:helpers/leave_drive to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.leave_drive(earlier monitoring.positions, book_row monitoring.positions)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
begin
    if earlier.status = 'active' and v_row.status <> 'active' and not monitoring.is_driven(earlier, clock_timestamp()) then
        v_row.orders_in_hand := monitoring.give_up_hands(v_row.orders_in_hand, earlier.lease_until + monitoring.grace());
        v_row.fence := monitoring.next_fence();
        v_row.lease_until := 'epoch';
        v_row.drive_attempt := null;
    end if;
    return v_row;
end
$$;

comment on function monitoring.leave_drive(monitoring.positions, monitoring.positions) is
'An active position that nobody drove and that is unfinished now is under a new fence without a lease, so that claim_stale takes it at once. Any other stays as it is.';

revoke all on function monitoring.leave_drive(monitoring.positions, monitoring.positions) from public;

commit;
