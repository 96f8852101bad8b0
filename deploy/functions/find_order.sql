-- Deploy tradelatch:functions/find_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.find_order(name text, exchange text default null)
returns table (position_id bigint, kind text, is_left boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_name text := monitoring.check_text('name', find_order.name, 103);
    v_exchange text := case when find_order.exchange is not null then monitoring.canonical_exchange(find_order.exchange) end;
begin
    -- One of ours says whose it is, also when the position is over.
    if v_name ~ '^tl[0-9a-f]{22}[esc][0-9]+$' then
        return query
        select
            p.id::bigint,
            case substr(v_name, 25, 1) when 'e' then 'entry' when 's' then 'stop_loss' else 'close' end,
            v_name = any (monitoring.orders_left(p))
        from monitoring.positions as p
        where p.order_key = left(v_name, 24)
            and p.exchange = coalesce(v_exchange, p.exchange)
            and (not monitoring.accounts_are_apart() or monitoring.may_see(p.exchange, p.account));
        return;
    end if;

    return query
    select
        o.position_id,
        monitoring.order_kind(p, n.name),
        n.name = any (monitoring.orders_left(p))
    from tradelatch.open_positions as o
    inner join monitoring.positions as p on p.id = o.position_id
    cross join lateral (select monitoring.order_name(p, v_name) as name) as n
    where o.exchange = coalesce(v_exchange, o.exchange)
        and (n.name <> v_name or v_name = any (monitoring.orders_left(p)))
        and (not monitoring.accounts_are_apart() or monitoring.may_see(o.exchange, o.account));
end
$$;

comment on function tradelatch.find_order(text, text) is
$$Whose order is this? name: its client order id, or id: and the exchange's id; exchange narrows it down.
Of an order with an id of ours also where the position is over; of others, of open positions alone.
Columns: position_id; kind: entry, stop_loss, close, own (told by confirm_orders); is_left: whether it is not known to have ended.
Errors: 22023.$$;

revoke all on function tradelatch.find_order(text, text) from public;
grant execute on function tradelatch.find_order(text, text) to tradelatch_reader;

commit;
