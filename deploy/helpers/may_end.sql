-- Deploy tradelatch:helpers/may_end to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.may_end(book_row monitoring.positions, name text, drives boolean)
returns boolean
language plpgsql
volatile
as $$
declare
    v_hand jsonb := book_row.orders_in_hand -> may_end.name;
    v_is_current boolean := coalesce(may_end.name = monitoring.current_order(book_row), false);
begin
    if may_end.name = any (book_row.orders_arrived) then
        return true;
    elsif v_hand is null and not v_is_current then
        return null;
    end if;
    return (may_end.drives or not (v_is_current or coalesce((v_hand ->> 'driver')::boolean, false)))
        and coalesce((v_hand ->> 'until')::timestamptz <= clock_timestamp(), true);
end
$$;

comment on function monitoring.may_end(monitoring.positions, text, boolean) is
'Whether somebody may say that an order ended: anybody, of an order that arrived; of one that is in hand, the current fence (drives) where it is in its hand, and nobody before the lease and the grace time of every earlier fence have passed. Null where no such order is left.';

revoke all on function monitoring.may_end(monitoring.positions, text, boolean) from public;

commit;
