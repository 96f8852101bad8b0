-- Deploy tradelatch:helpers/take_drive to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.take_drive(book_row monitoring.positions, is_driver boolean, lease interval, attempt uuid)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
begin
    if not take_drive.is_driver then
        return monitoring.hand_over(v_row, take_drive.lease, take_drive.attempt);
    end if;
    v_row.lease_until := greatest(v_row.lease_until, clock_timestamp() + take_drive.lease);
    return v_row;
end
$$;

comment on function monitoring.take_drive(monitoring.positions, boolean, interval, uuid) is
'The position driven by the caller: under its own fence with a lease that is not shorter than before, or under a new one.';

revoke all on function monitoring.take_drive(monitoring.positions, boolean, interval, uuid) from public;

commit;
