-- Deploy tradelatch:helpers/note_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.note_orders(
    book_row monitoring.positions, ended text[], placed text[], drives boolean, ends_fills boolean
)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_row monitoring.positions := book_row;
    v_name text;
begin
    foreach v_name in array note_orders.placed loop
        if v_name = '*' then
            perform monitoring.refuse_argument('orders_placed', 'must name orders', v_name);
        end if;
        v_name := monitoring.order_name(v_row, v_name);
        continue when v_name = any (v_row.orders_arrived);
        if monitoring.may_end(v_row, v_name, true) is not null then -- left, and in somebody's hand until now
            v_row.orders_arrived := v_row.orders_arrived || v_name;
            v_row.orders_in_hand := nullif(v_row.orders_in_hand - v_name, '{}');
        elsif v_name ~ '^tl[0-9a-f]{22}[esc][0-9]+$' then
            -- one of ours that ended stays ended: streams are late
            if not starts_with(v_name, v_row.order_key)
                or substr(v_name, 26)::numeric > (
                    case substr(v_name, 25, 1)
                        when 'e' then 1
                        when 's' then v_row.stop_loss_attempt
                        else v_row.close_attempt
                    end
                )
            then
                raise exception using
                    errcode = 'TL005',
                    message = format('%s is no order of position %s', v_name, v_row.id),
                    detail = json_build_object('position_id', v_row.id, 'client_order_id', v_name)::text;
            end if;
        elsif v_name is distinct from monitoring.entry_order(v_row.origin, v_row.order_key, v_row.exchange_order_id)
            and not exists (
                select
                from monitoring.position_events as e
                where e.position_id = v_row.id and e.details -> 'orders_ended' ? v_name
            )
        then
            v_row.own_orders := v_row.own_orders || v_name;
            if v_name = any (note_orders.ended) then -- it came and went
                v_row.orders_arrived := v_row.orders_arrived || v_name;
                continue;
            end if;
            v_row.orders_in_hand := coalesce(v_row.orders_in_hand, '{}') || jsonb_build_object(
                v_name,
                case
                    when note_orders.drives then jsonb '{"driver": true}'
                    else jsonb_build_object('until', clock_timestamp() + interval '1 minute' + monitoring.grace())
                end
            );
        end if;
    end loop;

    -- What arrived, anybody may end.
    foreach v_name in array note_orders.ended loop
        v_name := monitoring.order_name(v_row, v_name);
        -- Whether one of these filled at its end, only a look at the position can tell.
        continue when not note_orders.ends_fills and (
            monitoring.order_kind(v_row, v_name) = 'entry'
            or v_row.status = 'pending_cancels' and monitoring.order_kind(v_row, v_name) = 'own'
        );
        if monitoring.may_end(v_row, v_name, note_orders.drives) then
            v_row := monitoring.end_order(v_row, v_name);
        end if;
    end loop;
    return v_row;
end
$$;

comment on function monitoring.note_orders(monitoring.positions, text[], text[], boolean, boolean) is
'The position with what is said of its orders. ended: names of orders that ended; what is not left, or what the caller may not say, is ignored, and so is an entry, or in pending_cancels an order of the bot''s own, unless ends_fills: the caller says what filled, or that nothing is open. placed: names of orders that reached the exchange, or of the bot''s own that are about to be sent. drives: the caller showed the current fence. TL005 for a name of ours that this position never handed out.';

revoke all on function monitoring.note_orders(monitoring.positions, text[], text[], boolean, boolean) from public;

commit;
