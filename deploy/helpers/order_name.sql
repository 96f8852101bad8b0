-- Deploy tradelatch:helpers/order_name to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.order_name(book_row monitoring.positions, name text)
returns text
language plpgsql
stable
as $$
declare
    v_id text := substr(order_name.name, 4);
begin
    if not starts_with(order_name.name, 'id:')
        or order_name.name = any (book_row.orders_arrived)
        or book_row.orders_in_hand ? order_name.name
    then
        return order_name.name;
    end if;

    return coalesce(
        case
            when v_id = book_row.exchange_order_id
                then monitoring.entry_order(book_row.origin, book_row.order_key, book_row.exchange_order_id)
            when v_id = book_row.stop_loss_order_id then book_row.stop_loss_order
        end,
        (
            select e.details ->> 'client_order_id'
            from monitoring.position_events as e
            where e.position_id = book_row.id
                and e.event = 'activate_position'
                and e.details ->> 'stop_loss_order_id' = v_id
            order by e.id desc
            limit 1
        ),
        order_name.name
    );
end
$$;

comment on function monitoring.order_name(monitoring.positions, text) is
'The name under which the book has an order: id: and an exchange''s id that was reported beside a client order id is that client order id.';

revoke all on function monitoring.order_name(monitoring.positions, text) from public;

commit;
