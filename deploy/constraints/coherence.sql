-- Deploy tradelatch:constraints/coherence to pg
-- What is true of every row. The rows of a table that was there before are made so first, in small transactions, while others go
-- on writing its prices. No transaction around it all: after whatever ended it half-way it is run again, and goes on.

-- squawk-ignore-file prefer-robust-stmts
-- Run again, it finds a constraint valid that is, and looks before every other step.
\ir ../settings.psql

\ir ../session_owner.psql
set timezone = 'UTC';

select count(*) > 0 as adopts
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass
    and a.attname = 'signal_id'
    and not a.attisdropped
\gset

\if :adopts

-- Rows that came after the first look, before the old code lost its INSERT.
\ir ../adoption/problems.psql
do $$
begin
    perform pg_temp.refuse_problems();
end
$$;

-- The bot's other modules may have noted which order is the stop-loss of an open row. Whoever deploys reads it, from plain tables
-- and columns of plain types.
reset role;

create temporary table noted_stops (position_id text, order_id text);

do $$
declare
    v_source record;
begin
    for v_source in
        select
            c.oid::regclass as of_table,
            s.order_column,
            s.condition
        from (
            values
            ('trailing_stop_state', 'stop_order_id', array[]::text[], 'true'),
            (
                'orders', 'order_id', array['type', 'status'],
                't.type ~* ''stop'' and lower(t.status) in (''open'', ''new'', ''active'', ''placed'', ''pending'', ''untriggered'')'
            )
        ) as s (name, order_column, others, condition)
        inner join pg_class as c on c.oid = to_regclass('monitoring.' || s.name)
        where c.relkind = 'r'
            and not c.relrowsecurity
            and has_table_privilege(c.oid, 'select')
            and (
                select count(*)
                from pg_attribute as a
                where a.attrelid = c.oid
                    and a.attname = any (s.others || array['position_id', s.order_column])
                    and a.atttypid in ('integer'::regtype, 'bigint'::regtype, 'varchar'::regtype, 'text'::regtype)
            ) = 2 + cardinality(s.others)
    loop
        execute format(
            'insert into noted_stops select distinct t.position_id::text, pg_temp.name_of(t.%I::text, 100) from %s as t where %s',
            v_source.order_column, v_source.of_table, v_source.condition
        );
    end loop;
end
$$;

-- One for one: where two are noted, nobody knows which it is.
create temporary table known_stops as
select
    n.position_id,
    min(n.order_id) as order_id
from noted_stops as n
where n.order_id is not null
    and n.position_id is not null
    and n.order_id not in (
        select o.order_id
        from noted_stops as o
        where o.order_id is not null
        group by o.order_id
        having count(distinct o.position_id) > 1
    )
group by n.position_id
having count(distinct n.order_id) = 1;

grant select on known_stops to tradelatch_owner;
\ir ../session_owner.psql

create table if not exists monitoring.legacy_rows (
    position_id bigint primary key,
    found jsonb not null,
    became jsonb not null
);

comment on table monitoring.legacy_rows is
'Rows that were taken over and changed for it: the columns as they were found, and what became of them. The revert gives them back.';

-- Few spellings for many rows.
create temporary table symbols (symbol text primary key, canonical text not null);
insert into symbols (symbol, canonical)
select
    x.symbol,
    pg_temp.canonical_symbol(x.symbol) as canonical
from (select distinct p.symbol from monitoring.positions as p) as x;

-- A row without an order key has not been here. Rows that somebody is just writing to are left for the next round: whoever waits
-- while he holds locks of his own can run into a deadlock.
do $$
declare
    v_ids bigint[];
    v_last bigint;
    v_now timestamptz;
begin
    while exists (select from monitoring.positions as p where p.order_key = '') loop
        v_last := 0;
        loop
            v_ids := array(
                select p.id
                from monitoring.positions as p
                where p.id > v_last and p.order_key = ''
                order by p.id
                limit 1000
                for update skip locked
            );
            exit when v_ids = '{}';
            v_last := v_ids[cardinality(v_ids)];
            v_now := clock_timestamp();

            with wanted as (
                select
                    p.id,
                    -- a number in some tables, a text in others
                    case when p.signal_id::text ~ '^-?[0-9]{1,18}$' then p.signal_id::text::bigint end as signal,
                    -- not every such table has that column: then it is the one of the row with nulls
                    (
                        select case when signal_stop_loss_percent > 0 and signal_stop_loss_percent < 100 then signal_stop_loss_percent end
                        from (select p.*) as x
                    ) as stop_loss_percent,
                    case when p.status = 'active' and nullif(p.stop_loss_price, 0) is not null then k.order_id end as stop_loss_order_id,
                    pg_temp.is_open_status(p.status) as is_open,
                    p.status in ('pending_entry', 'entry_placed', 'canceled', 'failed') as is_unfilled,
                    s.canonical as symbol,
                    pg_temp.canonical_exchange(p.exchange) as exchange,
                    pg_temp.canonical_side(p.side) as side,
                    case
                        when p.status = 'active' and nullif(p.stop_loss_price, 0) is null then 'pending_sl'
                        else p.status
                    end as status,
                    nullif(p.stop_loss_price, 0) as stop_loss_price,
                    nullif(btrim(left(regexp_replace(
                        p.exit_reason, E'[\\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]+', ' ', 'g'
                    ), 1000)), '')
                        as exit_reason,
                    nullif(btrim(regexp_replace(
                        p.exchange_order_id, E'[\\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]+', ' ', 'g'
                    )), '')
                        as exchange_order_id,
                    case
                        when pg_temp.is_open_status(p.status) then null
                        else coalesce(p.closed_at, p.updated_at, p.opened_at, p.created_at, v_now)
                    end as closed_at,
                    coalesce(p.created_at, p.opened_at, p.updated_at, v_now) as created_at,
                    coalesce(p.updated_at, p.opened_at, p.created_at, v_now) as updated_at,
                    jsonb_build_object(
                        'symbol', p.symbol, 'exchange', p.exchange, 'side', p.side, 'status', p.status,
                        'stop_loss_price', p.stop_loss_price, 'exit_reason', p.exit_reason,
                        'exchange_order_id', p.exchange_order_id, 'closed_at', p.closed_at, 'created_at', p.created_at,
                        'updated_at', p.updated_at
                    ) as found
                from monitoring.positions as p
                inner join symbols as s on s.symbol = p.symbol
                left join known_stops as k on k.position_id = p.id::text
                cross join (select null::numeric as signal_stop_loss_percent) as nulls
                where p.id = any (v_ids)
            ),

            moved as (
                update monitoring.positions as p
                set
                    symbol = w.symbol,
                    exchange = w.exchange,
                    side = w.side,
                    status = w.status,
                    stop_loss_price = w.stop_loss_price,
                    exit_reason = w.exit_reason,
                    exchange_order_id = w.exchange_order_id,
                    closed_at = w.closed_at,
                    created_at = w.created_at,
                    updated_at = w.updated_at,
                    signal = w.signal,
                    stop_loss_percent = w.stop_loss_percent,
                    filled_quantity = case when w.is_unfilled then 0 else p.quantity end,
                    open_quantity = case when w.is_open and not w.is_unfilled then p.quantity else 0 end,
                    average_price = case when not w.is_unfilled then p.entry_price end,
                    -- What of it is on the exchange: the entry, where the old code noted its id, until it is filled; then closing
                    -- orders that nobody noted, the stop-loss among them.
                    orders_arrived = case
                        when not w.is_open then '{}'
                        when not w.is_unfilled then array_remove(array['*', 'id:' || w.stop_loss_order_id], null)
                        when w.status = 'entry_placed' and w.exchange_order_id is not null then array['id:' || w.exchange_order_id]
                        else '{}'
                    end,
                    stop_loss_order = 'id:' || w.stop_loss_order_id,
                    stop_loss_order_id = w.stop_loss_order_id,
                    stop_loss_attempt = case w.status when 'pending_sl' then 1 else 0 end,
                    stop_loss_sized = case w.status when 'pending_sl' then 1 else 0 end,
                    exposure_at = coalesce(w.closed_at, v_now),
                    orders_at = coalesce(w.closed_at, v_now),
                    order_key = 'tl' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 22),
                    fence = monitoring.next_fence(),
                    lease_until = v_now
                from wanted as w
                where p.id = w.id
                returning
                    p.*,
                    w.found,
                    jsonb_build_object(
                        'symbol', p.symbol, 'exchange', p.exchange, 'side', p.side, 'status', p.status,
                        'stop_loss_price', p.stop_loss_price, 'exit_reason', p.exit_reason,
                        'exchange_order_id', p.exchange_order_id, 'closed_at', p.closed_at, 'created_at', p.created_at,
                        'updated_at', p.updated_at
                    ) as became
            ),

            compared as (
                select
                    m.id, m.created_at, m.status, m.fence, m.side, m.quantity, m.entry_price, m.stop_loss_price, m.signal,
                    m.found ->> 'status' as found_status, d.found, d.became
                from moved as m
                left join lateral (
                    select
                        jsonb_object_agg(f.key, f.value) as found,
                        jsonb_object_agg(f.key, b.value) as became
                    from jsonb_each(m.found) as f
                    inner join jsonb_each(m.became) as b on b.key = f.key and b.value <> f.value
                ) as d on m.found <> m.became
            ),

            kept as (
                insert into monitoring.legacy_rows (position_id, found, became)
                select c.id, c.found, c.became
                from compared as c
                where c.found is not null
            )

            insert into monitoring.position_events (position_id, at, event, to_status, fence, details)
            select
                c.id,
                greatest(v_now, c.created_at),
                'adoption',
                c.status,
                c.fence,
                jsonb_strip_nulls(jsonb_build_object(
                    'side', c.side,
                    'quantity', c.quantity,
                    'entry_price', c.entry_price,
                    'stop_loss_price', c.stop_loss_price,
                    'signal_id', c.signal,
                    'found', c.found,
                    'reason', case when c.status <> c.found_status then 'it was active, and no stop-loss is known' end
                ))
            from compared as c;

            commit;
        end loop;
    end loop;
end
$$;

-- What the old columns had no place for, when the table was given back in between. The archive may be an earlier version's, and
-- has the spelling of the old table.
\ir ../adoption/archive.psql

do $$
declare
    v_archive regclass := pg_temp.latest_archive('positions');
    v_kept monitoring.positions;
begin
    if v_archive is null then
        return;
    end if;
    for v_kept in
        execute format(
            'select k.* from %s as a cross join jsonb_populate_record(null::monitoring.positions, to_jsonb(a)) as k order by a.id',
            v_archive
        )
    loop
        v_kept.symbol := pg_temp.canonical_symbol(v_kept.symbol);
        v_kept.exchange := pg_temp.canonical_exchange(v_kept.exchange);

        -- What it is, whatever became of it: a request stays used, and no order's id is given twice.
        update monitoring.positions as p
        set
            request_id = v_kept.request_id,
            attempt = v_kept.attempt,
            origin = v_kept.origin,
            order_key = v_kept.order_key,
            details = v_kept.details,
            account = v_kept.account,
            position_side = v_kept.position_side,
            stop_loss_percent = v_kept.stop_loss_percent,
            stop_loss_attempt = v_kept.stop_loss_attempt + case p.status when 'pending_sl' then 1 else 0 end,
            stop_loss_sized = v_kept.stop_loss_attempt + case p.status when 'pending_sl' then 1 else 0 end,
            close_attempt = v_kept.close_attempt
        where p.id = v_kept.id and p.symbol = v_kept.symbol and p.exchange = v_kept.exchange;

        -- Where it stood, if it was over.
        update monitoring.positions as p
        set
            filled_quantity = v_kept.filled_quantity,
            average_price = v_kept.average_price,
            exit_price = v_kept.exit_price,
            stop_loss_order = v_kept.stop_loss_order,
            stop_loss_order_id = v_kept.stop_loss_order_id,
            stop_loss_sized = coalesce(v_kept.stop_loss_sized, 0),
            close_quantity = v_kept.close_quantity,
            orders_arrived = coalesce(v_kept.orders_arrived, '{}'),
            own_orders = v_kept.own_orders,
            activated_at = v_kept.activated_at,
            exposure_at = coalesce(v_kept.exposure_at, p.exposure_at),
            orders_at = coalesce(v_kept.orders_at, p.orders_at)
        where p.id = v_kept.id and p.symbol = v_kept.symbol and p.exchange = v_kept.exchange
            and p.closed_at = v_kept.closed_at;

        -- While it is open, what was left may be on the exchange still: an entry and the bot's own orders by their names, stop-losses
        -- and closes among those that * stands for. An entry that is yet to be looked up is in the hand of whoever looks.
        update monitoring.positions as p
        set
            own_orders = v_kept.own_orders,
            orders_arrived = array(
                select o.name
                from (
                    select '*'
                    where '*' = any (p.orders_arrived) or v_kept.stop_loss_attempt + v_kept.close_attempt > 0
                    union
                    select unnest(v_kept.own_orders)
                    union
                    select p.stop_loss_order
                    union
                    select case v_kept.origin when 'created' then v_kept.order_key || 'e1' else 'id:' || p.exchange_order_id end
                    where p.status = 'entry_placed' or p.status <> 'pending_entry' and v_kept.filled_quantity < v_kept.quantity
                ) as o (name)
                where o.name is not null
                order by o.name
            )
        where p.id = v_kept.id and p.symbol = v_kept.symbol and p.exchange = v_kept.exchange
            and p.closed_at is null;
    end loop;
end
$$;

\endif

-- Not valid at first, so that no writer waits while the rows are read.
select count(*) = 0 as adds
from pg_catalog.pg_constraint as c
where c.conrelid = 'monitoring.positions'::regclass
    and c.conname = 'positions_coherent_check'
\gset

\if :adds

begin;

\ir ../adoption/lock.psql

alter table monitoring.positions
add constraint positions_coherent_check
check (monitoring.is_coherent(positions)) not valid;

\if :adopts

-- The rows have them all by now. Validated they would be under a lock that writers wait for.
do $$
declare
    v_check record;
begin
    for v_check in
        select s.statement
        from monitoring.legacy_state as s
        where s.part = 'domain'
            and not exists (
                select
                from pg_catalog.pg_constraint as c
                where c.connamespace = 'monitoring'::regnamespace and c.contypid <> 0 and c.conname = s.name
            )
        order by s.place
    loop
        execute v_check.statement || ' not valid';
    end loop;
end
$$;

alter table monitoring.positions
add constraint positions_times_check check (created_at is not null and updated_at is not null) not valid;

\endif

commit;

\endif

alter table monitoring.positions validate constraint positions_coherent_check;

\if :adopts

select not a.attnotnull as adds
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass and a.attname = 'updated_at'
\gset

\if :adds

alter table monitoring.positions validate constraint positions_times_check;

begin;

\ir ../adoption/lock.psql

-- The valid constraint proves it, so that the rows are not read.
alter table monitoring.positions
alter created_at set not null,
alter updated_at set not null;

-- It was made above, and NOT NULL stands for it now.
-- squawk-ignore ban-drop-constraint
alter table monitoring.positions drop constraint positions_times_check;

commit;

\endif

-- The views show a bigint, and look for it.
select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.positions_position_id') and not i.indisvalid
\gexec

create unique index concurrently if not exists positions_position_id on monitoring.positions ((id::bigint));

comment on index monitoring.positions_position_id is 'Finds a row by the position_id of the views.';

-- Indexes of the table that was found, under their names.
with wanted as (
    select
        s.place,
        s.name,
        s.statement,
        i.indisvalid
    from monitoring.legacy_state as s
    left join pg_catalog.pg_index as i on i.indexrelid = pg_catalog.to_regclass('monitoring.' || s.name)
    where s.part = 'index' and i.indisvalid is not true
)

select c.command
from (
    select
        w.place,
        1 as step,
        pg_catalog.format('drop index concurrently monitoring.%s', w.name) as command
    from wanted as w
    where not w.indisvalid
    union all
    select
        w.place,
        2 as step,
        pg_catalog.regexp_replace(w.statement, '^CREATE INDEX ', 'create index concurrently ') as command
    from wanted as w
) as c
order by c.place, c.step
\gexec

-- What was known of the columns was lost with their types, and the rows are new.
analyze monitoring.positions;

\endif

reset role;
