-- Deploy tradelatch:functions/record_marks to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.record_marks(exchange text, marks jsonb, account text default 'default')
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_exchange text := monitoring.canonical_exchange(record_marks.exchange);
    v_account text := monitoring.check_name('account', record_marks.account, 64);
    v_item jsonb;
    v_number integer := -1;
    v_place text;
    v_mark monitoring.marks;
    v_said monitoring.marks[] := array[]::monitoring.marks[];
    v_marks monitoring.marks[];
    v_twice text;
begin
    perform monitoring.check_account(v_exchange, v_account);
    if jsonb_typeof(record_marks.marks) is distinct from 'array' then
        perform monitoring.refuse_argument('marks', 'must be a JSON array');
    elsif jsonb_array_length(record_marks.marks) > 10000 then
        perform monitoring.refuse_argument(
            'marks', 'must have at most 10000 entries', jsonb_array_length(record_marks.marks)::text
        );
    end if;

    v_mark.exchange := v_exchange;
    v_mark.account := v_account;
    for v_item in select e.value from jsonb_array_elements(record_marks.marks) as e loop
        v_number := v_number + 1;
        v_place := format('marks[%s]', v_number);
        v_mark.symbol := monitoring.read_symbol(v_place, v_exchange, v_item);
        v_mark.position_side := case
            when v_item ->> 'position_side' is not null
                then monitoring.check_position_side(
                    v_item ->> 'position_side', lower(btrim(v_item ->> 'position_side')), v_place || '.position_side'
                )
        end;
        v_mark.price := monitoring.check_amount(
            v_place || '.price', monitoring.read_number(v_place || '.price', v_item -> 'price')
        );
        v_mark.unrealized_pnl := monitoring.check_money(
            v_place || '.unrealized_pnl', monitoring.read_number(v_place || '.unrealized_pnl', v_item -> 'unrealized_pnl')
        );
        v_said := v_said || v_mark;
    end loop;

    -- What is open, and nothing else: a tick of a symbol that nobody holds is of no use to anybody.
    select
        array_agg(
            row(
                v_exchange, v_account, o.symbol, o.position_side, o.position_id, o.price, o.unrealized_pnl, clock_timestamp()
            )::monitoring.marks
            order by o.symbol, o.position_side
        ),
        min(o.symbol) filter (where o.is_again)
    into v_marks, v_twice
    from (
        select
            p.symbol,
            p.position_side,
            p.position_id,
            m.price,
            -- one profit is not that of two positions
            case when count(*) over (partition by m.number) = 1 then m.unrealized_pnl end as unrealized_pnl,
            row_number() over (partition by p.symbol, p.position_side, m.number order by p.position_id) as row_of_slot,
            count(*) over (partition by p.position_id) > 1 as is_again
        from unnest(v_said) with ordinality as m (
            exchange, account, symbol, position_side, position_id, price, unrealized_pnl, marked_at, number
        )
        inner join tradelatch.open_positions as p
            on p.symbol = m.symbol
                and p.exchange = v_exchange
                and p.account = v_account
                and p.position_side = coalesce(m.position_side, p.position_side)
    ) as o
    where o.row_of_slot = 1;
    if v_twice is not null then
        perform monitoring.refuse_argument('marks', 'has two entries for one position', v_twice);
    end if;

    perform monitoring.keep_durable();

    -- Locked in one order whoever calls, then changed; the same rows always, so that a tick stays heap-only.
    perform
    from monitoring.marks as t
    inner join unnest(v_marks) as m
        on m.exchange = t.exchange and m.account = t.account and m.symbol = t.symbol and m.position_side = t.position_side
    order by t.symbol, t.position_side
    for update of t;

    update monitoring.marks as t
    set
        position_id = m.position_id,
        price = m.price,
        unrealized_pnl = m.unrealized_pnl,
        marked_at = m.marked_at
    from unnest(v_marks) as m
    where t.exchange = m.exchange
        and t.account = m.account
        and t.symbol = m.symbol
        and t.position_side = m.position_side;

    insert into monitoring.marks (exchange, account, symbol, position_side, position_id, price, unrealized_pnl, marked_at)
    select m.*
    from unnest(v_marks) as m
    where not exists (
        select
        from monitoring.marks as t
        where t.exchange = m.exchange
            and t.account = m.account
            and t.symbol = m.symbol
            and t.position_side = m.position_side
    )
    order by m.symbol, m.position_side
    on conflict do nothing;

    return coalesce(cardinality(v_marks), 0);
end
$$;

comment on function tradelatch.record_marks(text, jsonb, text) is
$$Records what open positions are worth, many in one call, in a table of its own; the views show it. The book is not touched, and no slot is locked.
marks: a JSON array of {"symbol", "price", "unrealized_pnl"}, optionally "position_side" (else every open side of the symbol; the profit counts where
that is one). unrealized_pnl may be missing or null: not known. Numbers may be strings.
Outcomes: none; it returns how many positions were marked, a symbol that is not open is passed over.
Errors: 22023; 42501 the account is not granted to the caller, which names the entry: marks[3].price; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.record_marks(text, jsonb, text) from public;
grant execute on function tradelatch.record_marks(text, jsonb, text) to tradelatch_bot, tradelatch_feed;

commit;
