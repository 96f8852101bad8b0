-- Deploy tradelatch:helpers/hold_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.hold_order(book_row monitoring.positions)
returns monitoring.positions
language plpgsql
immutable
as $$
declare
    v_row monitoring.positions := book_row;
    v_current text := monitoring.current_order(book_row);
begin
    if v_current is not null and v_current <> all (v_row.orders_arrived) then
        v_row.orders_in_hand := coalesce(v_row.orders_in_hand, '{}') || jsonb_build_object(
            v_current, coalesce(v_row.orders_in_hand -> v_current, '{}') || '{"driver": true}'
        );
    end if;
    return v_row;
end
$$;

comment on function monitoring.hold_order(monitoring.positions) is
'The position as it is before it calls for another order under the same fence: the one that it called for until now stays in hand, unless it arrived.';

revoke all on function monitoring.hold_order(monitoring.positions) from public;

commit;
