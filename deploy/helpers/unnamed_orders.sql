-- Deploy tradelatch:helpers/unnamed_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.unnamed_orders(book monitoring.positions[], seen monitoring.seen_order[])
returns table (position_id bigint, number bigint)
language plpgsql
stable
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set enable_nestloop = off -- nor compare each entry with every order:
set enable_mergejoin = off -- what is hashed is quick, however few it was taken for
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled,
set plan_cache_mode = force_generic_plan -- or made anew in each call, which takes longer than the call
as $$
begin
    return query
    with matched as materialized (
        select distinct m.number
        from monitoring.match_orders(unnamed_orders.book, unnamed_orders.seen) as m
    )

    select
        b.id::bigint,
        e.ordinality
    from unnest(unnamed_orders.seen) with ordinality as e
    inner join unnest(unnamed_orders.book) as b on b.symbol = e.symbol
    left join matched as m on m.number = e.ordinality
    where m.number is null
        and case
            when b.position_side = 'both' then coalesce(e.position_side, 'both') = 'both' and coalesce(e.reduce_only, true)
            when e.position_side is null
                then coalesce(e.side, '') <> case b.side when 'long' then 'buy' else 'sell' end
            when e.position_side = b.position_side
                then coalesce(e.reduce_only, false) or coalesce(e.side, '') <> case b.side when 'long' then 'buy' else 'sell' end
        end;
end
$$;

comment on function monitoring.unnamed_orders(monitoring.positions[], monitoring.seen_order[]) is
'What * stands for: which orders of a list, by its places, are closing orders of the slot of which of these rows, and named by none of them. Where the list does not say what an order is, it may be one.';

revoke all on function monitoring.unnamed_orders(monitoring.positions[], monitoring.seen_order[]) from public;

commit;
