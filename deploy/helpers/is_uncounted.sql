-- Deploy tradelatch:helpers/is_uncounted to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_uncounted(book_row monitoring.positions, name text, kind text)
returns boolean
language plpgsql
stable
as $$
declare
    v_said record;
    v_number integer := substring(is_uncounted.name from '^' || book_row.order_key || '[sc]([0-9]+)$')::integer;
begin
    -- A size that was reckoned from the book has in it what the caller named, and no more. One that was seen has all of it.
    select
        e.id,
        e.from_status
    into v_said
    from monitoring.position_events as e
    where e.position_id = book_row.id
        and (
            e.event = 'resize_position' and not e.details @> '{"reckoned": true}'
            or e.event = 'reissue_order' and e.details ->> 'remaining' is not null
            or e.event = 'plain_update' and e.details ? 'open_quantity'
            or e.event = 'restore_backup'
        )
    order by e.id desc
    limit 1;
    if not found then
        return true;
    end if;
    return coalesce(
        case is_uncounted.kind
            when 'own' then v_said.id < (
                select min(e.id)
                from monitoring.position_events as e
                where e.position_id = book_row.id and e.details -> 'orders_placed' ? is_uncounted.name
            )
            -- Each size that is said calls for a stop-loss, or a close, of its own.
            when 'stop_loss' then v_said.from_status in ('active', 'pending_sl') and v_number >= book_row.stop_loss_sized
            when 'close' then v_number = book_row.close_attempt
        end,
        false
    );
end
$$;

comment on function monitoring.is_uncounted(monitoring.positions, text, text) is
$$True when nothing of what this order, which is left, may have filled can be in the open quantity: the size was not said by a look at the
exchange after the order was handed out, or told. kind: as in order_kind.$$;

revoke all on function monitoring.is_uncounted(monitoring.positions, text, text) from public;

commit;
