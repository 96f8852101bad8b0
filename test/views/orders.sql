-- The orders that are left.

begin;
\ir ../functions/setup.psql
\ir setup.psql
\ir ../indexes/setup.psql
select plan(42);

select is_read_only('orders');
select is(
    columns_of('orders'),
    array[
        'position_id bigint', 'exchange text', 'account text', 'symbol text', 'position_side text', 'status text', 'name text',
        'kind text', 'since timestamp with time zone', 'in_hand_until timestamp with time zone',
        'others_until timestamp with time zone', 'is_uncounted boolean'
    ],
    'its columns are settled'
);

-- The orders of a position: name kind hand, one each; in hand until its lease and the grace time (driver), or another time.
create function orders_of_view(symbol text, position_side text default null)
returns text
language sql
stable
security definer
return (
    select string_agg(
        concat_ws(
            ' ', replace(o.name, p.order_key, ''), o.kind,
            case when o.in_hand_until = p.lease_until + interval '5 seconds' then 'driver' when o.in_hand_until is not null then 'hand' end
        ),
        ', ' order by replace(o.name, p.order_key, '')
    )
    from book_row(orders_of_view.symbol, orders_of_view.position_side) as p
    inner join tradelatch.orders as o on o.position_id = p.id
);

call given_each();
select is(orders_of_view(v.symbol), v.orders, v.symbol)
from (values
    ('PENDING_ENTRY', 'e1 entry driver'),
    ('ENTRY_PLACED', 'e1 entry'),
    ('PENDING_SL', 's1 stop_loss driver'),
    ('ACTIVE', 's1 stop_loss'),
    ('PENDING_CLOSE', 'c1 close driver, s1 stop_loss'),
    ('PENDING_ROLLBACK', 'c1 close driver, s1 stop_loss driver'),
    ('PENDING_CANCELS', 's1 stop_loss'),
    ('PENDING_CANCELS_BACK', 's1 stop_loss driver'),
    ('CLOSED', null), ('ROLLED_BACK', null), ('CANCELED', null), ('FAILED', null)
) as v (symbol, orders);

-- Several drivers, orders of one's own, and what nobody can name.
call given('MANYUSDT', 'active', 'short', 'short', filled => 4);
create table moves (place integer generated always as identity, call text);
insert into moves (call) values
('update_stop_loss(id(''MANYUSDT''), 104, ''by the exchange'')'),
('confirm_orders(id(''MANYUSDT''), orders_placed => array[''tp-1''])'),
('replace_stop_loss(id(''MANYUSDT''), 103, fence => fence(''MANYUSDT''))'),
('confirm_orders(id(''MANYUSDT''), orders_placed => array[''dca-1''], fence => fence(''MANYUSDT''))'),
('take_over(id(''MANYUSDT''), ''he hangs'', ''1 hour'')'),
('begin_close(id(''MANYUSDT''), ''exit'', fence => fence(''MANYUSDT''))');
do $$
declare
    v_call text;
begin
    for v_call in select m.call from moves as m order by m.place loop
        assert (try(v_call, role => 'tradelatch_operator')).state = '00000', v_call;
    end loop;
end
$$;
select is(
    orders_of_view('MANYUSDT'),
    'c1 close driver, dca-1 own hand, e1 entry, id:by the exchange stop_loss, s1 stop_loss, s2 stop_loss hand, '
    's3 stop_loss driver, tp-1 own hand',
    'each order, what it is, and in whose hand'
);
call given('ENTRYUSDT', 'pending_entry');
select is(
    (try($$renew_lease(id('ENTRYUSDT'), fence('ENTRYUSDT'), '1 hour')$$)).state, '00000', 'a lease of an hour'
);
create table former as
select (book_row('ENTRYUSDT')).lease_until + interval '5 seconds' as until;
select is(
    (try($$take_over(id('ENTRYUSDT'), 'he hangs')$$, role => 'tradelatch_operator')).state, '00000', 'taken over'
);
select is((o.in_hand_until, o.others_until), (f.until, f.until), 'in the hand of both, it is so until neither may send it')
from tradelatch.orders as o
cross join former as f
where o.symbol = 'ENTRYUSDT';
select is(
    (o.exchange collate "default", o.account collate "default", o.symbol collate "default", o.position_side collate "default", o.status),
    ('binance'::text, 'default'::text, 'MANYUSDT'::text, 'short'::text, 'pending_close'::text),
    'it names slot and status: ' || o.kind
)
from tradelatch.orders as o
where o.position_id = id('MANYUSDT')
    and o.kind in ('entry', 'close');
select is(
    (tradelatch.adopt_position('binance', 'FOUNDUSDT', 'long', 10, 100, clock_timestamp(), stop_loss_price => 90)).outcome,
    'created',
    'one that was found'
);
select is(orders_of_view('FOUNDUSDT'), '* unnamed', 'its closing orders have no names');

-- Since when the book has them.
create function since(symbol text, ending text)
returns timestamptz
language sql
stable
return (
    select o.since
    from tradelatch.orders as o
    where o.symbol = since.symbol
        and replace(o.name, order_of(since.symbol, ''), '') = since.ending
);
create function event_at(symbol text, event text)
returns timestamptz
language sql
stable
security definer
return (select min(e.at) from monitoring.position_events as e where e.position_id = id(event_at.symbol) and e.event = event_at.event);
select is(since(v.symbol, v.ending), event_at(v.symbol, v.event), format('%s %s: since %s', v.symbol, v.ending, v.event))
from (values
    ('PENDING_ENTRY', 'e1', 'create_position'),
    ('ENTRY_PLACED', 'e1', 'create_position'),
    ('PENDING_SL', 's1', 'confirm_entry'),
    ('ACTIVE', 's1', 'activate_position'),
    ('PENDING_CLOSE', 'c1', 'begin_close'),
    ('PENDING_CLOSE', 's1', 'activate_position'),
    ('MANYUSDT', 'e1', 'create_position'),
    ('MANYUSDT', 'tp-1', 'confirm_orders')
) as v (symbol, ending, event);

select is(
    (tradelatch.release_position(id('MANYUSDT'), 'by hand')).status, 'closed', 'one is released, whatever is left'
);
select is(orders_of_view('MANYUSDT'), null, 'what is over is not here');

call fill();
analyze monitoring.positions;
select is(
    -- how the marks are read is for the planner to say: there are as many as open positions
    array_remove(reads('select * from tradelatch.orders'), 'marks_pkey'),
    array['idx_unique_active_position', 'idx_unique_active_position_short', case when to_regclass('monitoring.legacy_state') is null then 'positions_pkey' else 'positions_position_id' end],
    'it is read without those that are over'
);

select * from finish();
rollback;
