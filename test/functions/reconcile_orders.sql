-- What a list of orders says of the orders that are left: what arrived, what ended, and what should not be there.

begin;
\ir setup.psql
\ir evidence.psql
select plan(138);

select declared_as_move(
    'reconcile_orders',
    'exchange text, orders jsonb, observed_at timestamptz, account text = ''default'', complete boolean = false, '
    'covers text[] = null, apply boolean = false, max_missing int = 3',
    'SETOF tradelatch.finding'
);

-- What is listed has arrived, whoever has it in hand, whether the list is complete or not.
call given('A1USDT', 'pending_entry');
call given('A2USDT', 'pending_sl');
call given('A3USDT', 'pending_close');
call given('A4USDT', 'active');
select is(
    (tradelatch.confirm_orders(id('A4USDT'), orders_placed => '{mine}', fence => fence('A4USDT'))).outcome, 'ok', 'one of the bot''s own'
);
call given('A5USDT', 'pending_sl');
select is(
    (tradelatch.confirm_orders(id('A5USDT'), orders_placed => orders_of('A5USDT', 's1'))).outcome, 'ok', 's1 of A5USDT arrived before'
);
create table hands as
select p.id, p.symbol, monitoring.is_in_hand(p) as is_in_hand, p.fence, p.lease_until, left_of(p.symbol) as orders, p.status
from monitoring.positions as p;
select is(
    list(
        '{A1USDT e1 buy 10, A2USDT s1 sell 10 95, A3USDT c1 sell 10, A4USDT mine sell 5, A5USDT s1 sell 10 95, OTHERUSDT theirs buy 1}',
        complete => false
    ),
    null,
    'nothing is wrong'
);
select is(
    format('%s %s %s', p.status, left_of(p.symbol), monitoring.is_in_hand(p)), format('%s %s f', h.status, h.orders), h.symbol
)
from hands as h
inner join monitoring.positions as p on p.id = h.id;
select ok(p.fence = h.fence and p.lease_until = h.lease_until, h.symbol || ' is driven by whoever drove it')
from hands as h
inner join monitoring.positions as p on p.id = h.id;
select is(
    (select array_agg(h.symbol::text order by h.symbol) from hands as h where not h.is_in_hand), '{A5USDT}'::text[], 'they were in hand'
);
select matches(
    event(v.symbol), v.event, 'the log: ' || event(v.symbol)
)
from (values
    ('A1USDT', '^reconcile_orders pending_entry>pending_entry fence \{"observed_at": "[^"]+", "orders_placed": \["tl[0-9a-f]{22}e1"\]\}$'),
    ('A4USDT', '^reconcile_orders active>active fence .*"orders_placed": \["mine"\]\}$'),
    ('A5USDT', '^confirm_orders ')
) as v (symbol, event);
select is(
    (tradelatch.confirm_orders(id('A1USDT'), orders_placed => orders_of('A1USDT', 'e1'))).outcome, 'replayed', 'it arrived once'
);


-- What is absent twice, from two complete lists that began a grace time apart and a grace time after the orders moved, has ended.
call later('1 hour');
call given('B1USDT', 'active');
call given('B2USDT', 'active');
call given('B3USDT', 'entry_placed');
call arrived('B3USDT', 'e1');
call given('B4USDT', 'pending_cancels');
call given('B5USDT', 'active');
call given('B6USDT', 'pending_close');
call arrived('B6USDT', 'c1');
call given('B7USDT', 'pending_sl');
call given('B8USDT', 'pending_sl');
call arrived('B8USDT', 's1');
call given('B9USDT', 'pending_cancels', ends_as => 'rolled_back');
call arrived('B9USDT', 's1');
call given('B0USDT', 'pending_cancels', ends_as => 'rolled_back');
select is(
    (tradelatch.confirm_orders(id('B5USDT'), orders_placed => '{take}', fence => fence('B5USDT'))).outcome, 'ok', 'B5USDT has a take-profit'
);
select is((tradelatch.confirm_orders(id('B5USDT'), orders_placed => '{take}')).outcome, 'ok', 'that arrived');
select is(
    (tradelatch.confirm_orders(id('B9USDT'), orders_placed => '{mine}', fence => fence('B9USDT'))).outcome, 'ok', 'B9USDT has an order of its own'
);
select is((tradelatch.confirm_orders(id('B9USDT'), orders_placed => '{mine}')).outcome, 'ok', 'that arrived');
select is(
    left_of(v.symbol), v.orders, v.symbol || ': what is left'
)
from (values ('B0USDT', 's1'), ('B4USDT', 's1'), ('B5USDT', 's1 take'), ('B6USDT', 'c1 s1'), ('B9USDT', 'mine s1')) as v (symbol, orders);
-- What is on the exchange, all along.
create table listed as
select '{A2USDT s1 sell 10 95, A4USDT s1 sell 10 95, A4USDT mine sell 5, A5USDT s1 sell 10 95, B5USDT s1 sell 10 95}'::text[] as orders;
call later('2 minutes');
create table before as
select to_jsonb(p) as book_row, p.id, p.symbol
from monitoring.positions as p;
-- Which findings there are of the symbols that begin with B.
create function told(lines text[], pattern text default ' B')
returns text[]
language sql
immutable
return (select array_agg(x.line order by x.line) from unnest(told.lines) as x (line) where x.line ~ told.pattern);
select is(told(list(l.orders, '90 seconds', apply => true, complete => false)), null, 'a list that is not complete says nothing of what it does not list')
from listed as l;
select is(
    told(list(l.orders, '80 seconds', apply => true, covers => '{A1USDT}')), null, 'nor one that does not cover it'
)
from listed as l;
select is(
    told(list(l.orders, '70 seconds', apply => true)),
    '{"info no_stop_loss B1USDT both active: wait for another snapshot","info no_stop_loss B2USDT both active: wait for another snapshot"}'::text[],
    'absent once'
)
from listed as l;
select is(
    told(list(l.orders || text 'B2USDT s1 sell 10 95', '67 seconds', apply => true)),
    '{"info no_stop_loss B1USDT both active: wait for another snapshot"}'::text[],
    'what is listed again is not absent'
)
from listed as l;
select is(
    told(list(l.orders, '66 seconds', apply => true)),
    '{"info no_stop_loss B1USDT both active: wait for another snapshot","info no_stop_loss B2USDT both active: wait for another snapshot"}'::text[],
    'absent within the grace time'
)
from listed as l;
select is(
    told(list(l.orders, '64 seconds')),
    '{
        "critical no_stop_loss B1USDT both active: reconcile_orders with apply, then recover",
        "info no_stop_loss B2USDT both active: wait for another snapshot"
    }'::text[],
    'absent twice; without apply it only reports'
)
from listed as l;
select is(
    (select array_agg(line(f)) from tradelatch.diagnose(symbol => 'B1USDT') as f),
    '{"critical no_stop_loss B1USDT both active: reconcile_orders with apply, then recover"}'::text[],
    'diagnose says so, too'
);
select is(
    f.detail - 'lease_until',
    jsonb_build_object(
        'side', 'long', 'open_quantity', 10, 'stop_loss_price', 95, 'order', order_of('B1USDT', 's1'),
        'order_seen', jsonb_build_object(
            'first_seen_at', f.detail #> '{order_seen,first_seen_at}', 'last_seen_at', f.detail #> '{order_seen,last_seen_at}', 'is_proven', true
        )
    ),
    'which stop-loss it is'
)
from found('B1USDT', 'no_stop_loss') as f;
select is(
    (
        select array_agg(p.symbol::text)
        from before as b
        inner join monitoring.positions as p on p.id = b.id
        where to_jsonb(p) <> b.book_row
    ),
    null,
    'nothing has moved'
);
create table applied as
select list(l.orders, '62 seconds', apply => true) as lines
from listed as l;
select is(
    told(a.lines),
    '{
        "critical no_stop_loss B1USDT both pending_sl: recover",
        "info no_stop_loss B2USDT both active: wait for another snapshot"
    }'::text[],
    'with apply it is ended'
)
from applied as a;
select is(p.status || coalesce(' ' || left_of(p.symbol), ''), v.line, v.symbol || ': ' || v.description)
from (values
    ('B1USDT', 'pending_sl', 'its stop-loss ended'),
    ('B2USDT', 'active s1', 'absent once'),
    ('B3USDT', 'entry_placed e1', 'whether an entry was filled only a look at the position can tell'),
    ('B4USDT', 'closed', 'the last order that was left ended'),
    ('B5USDT', 'active s1', 'its take-profit ended'),
    ('B6USDT', 'pending_close c2', 'stop-loss and close ended, and there is a fresh close'),
    ('B7USDT', 'pending_sl s1', 'in hand'),
    ('B8USDT', 'pending_sl s2', 'a stop-loss that arrived ended: there is a fresh one'),
    ('B0USDT', 'pending_cancels s1', 'its first driver may still send it'),
    ('B9USDT', 'pending_cancels mine', 'whether one of the bot''s own was filled only a look at the position can tell')
) as v (symbol, line, description)
cross join lateral book_row(v.symbol) as p;
select ok(
    (p.fence > (b.book_row ->> 'fence')::bigint) = (p.symbol = 'B1USDT') and (p.lease_until = 'epoch') = (p.symbol = 'B1USDT'),
    p.symbol || ': whoever drives it still does'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
where p.symbol ~ '^B[168]';
select is(
    (
        select array_agg(line(r))
        from tradelatch.claim_stale(max_positions => 1) as r
        where r.symbol = 'B1USDT'
    ),
    '{"claimed pending_sl driven, stop_loss sell 10 at 95 reduce-only s2"}'::text[],
    'recovery protects B1USDT at once'
);
select matches(
    event('B4USDT'), '^reconcile_orders pending_cancels>closed fence \{"observed_at": "[^"]+", "orders_ended": \["tl[0-9a-f]{22}s1"\]\}$', 'the log'
);
select is(
    (tradelatch.confirm_orders(id('B8USDT'), orders_placed => orders_of('B8USDT', 's1'))).outcome, 'replayed', 'what ended stays ended'
);
-- When its orders moved last, and where it moved since: before a grace time after that nothing counts.
call given('T1USDT', 'active');
call later('1 hour');
update monitoring.order_snapshots as s set observed_at = '-infinity';
select is(
    told(list(observed_at => (book_row('T1USDT')).orders_at + v.after, covers => '{T1USDT}'), 'T1USDT'),
    case when v.severity = 'info' then array['info no_stop_loss T1USDT both active: wait for another snapshot'] when v.severity is not null then array['critical no_stop_loss T1USDT both active: reconcile_orders with apply, then recover'] end,
    v.after || ' after its orders moved: ' || coalesce(v.severity, 'nothing')
)
from (values
    (interval '-1 microsecond', null), ('1 second', 'info'), ('4.999999 seconds', 'info'), ('5 seconds', 'info'), ('9.999999 seconds', 'info'),
    ('10 seconds', 'critical')
) as v (after, severity);
select is((tradelatch.update_stop_loss(id('T1USDT'), 96)).status, 'active', 'the exchange moved its trigger');
select is(diagnosed('T1USDT'), null, 'what was seen before says nothing any more');
select is(
    told(list(covers => '{T1USDT}', apply => true), 'T1USDT'),
    '{"info no_stop_loss T1USDT both active: wait for another snapshot"}'::text[],
    'it begins anew'
);
select is((book_row('T1USDT')).status, 'active', 'and nothing has ended');

-- * has ended when nothing is listed that it stands for. An active position that nobody can name the stop-loss of has one of those.
call later('1 hour');
select (tradelatch.adopt_position('binance', a.symbol, a.side, 10, 100, now(), position_side => a.position_side, stop_loss_price => a.price)).outcome
from (values
    ('S1USDT', 'long', 'both', 95), ('S2USDT', 'long', 'both', 95), ('S3USDT', 'long', 'both', 95), ('S4USDT', 'long', 'both', 95),
    ('H1USDT', 'long', 'long', 95), ('H1USDT', 'short', 'short', 105), ('H2USDT', 'long', 'long', 95), ('H2USDT', 'short', 'short', 105),
    ('H3USDT', 'long', 'long', 95), ('H4USDT', 'long', 'long', 95), ('H5USDT', 'long', 'long', 95), ('H5USDT', 'short', 'short', 105)
) as a (symbol, side, position_side, price);
select (tradelatch.adopt_position('binance', 'N1USDT', 'long', 10, 100, now(), stop_loss_price => 95, stop_loss_order_id => '9')).outcome;
select (tradelatch.adopt_position('binance', 'N2USDT', 'long', 10, 100, now(), stop_loss_price => 95, stop_loss_order_id => '9')).outcome;
select is((tradelatch.confirm_close(id('N2USDT'), 'x', '{id:9}')).status, 'pending_cancels', 'N2USDT is gone, and * is left');
call given('N3USDT', 'pending_cancels');
-- Put in by hand: nobody knows of any order.
call put('S5USDT');
create table closing as
select jsonb_agg(e) as orders
from (
    values
    ('{"symbol": "S2USDT", "order_id": 1, "side": "sell", "reduce_only": true}'::jsonb),
    ('{"symbol": "S3USDT", "order_id": 1, "side": "sell", "reduce_only": false}'),
    ('{"symbol": "S4USDT", "order_id": 1, "side": "sell"}'),
    -- one that reduces the long of H1USDT, one that adds to that of H2USDT and one that reduces its short, one of the other side of H3USDT
    ('{"symbol": "H1USDT", "order_id": 1, "side": "sell", "position_side": "long", "reduce_only": false}'),
    ('{"symbol": "H2USDT", "order_id": 1, "side": "buy", "position_side": "long", "reduce_only": false}'),
    ('{"symbol": "H2USDT", "order_id": 2, "side": "buy", "position_side": "short", "reduce_only": false}'),
    ('{"symbol": "H3USDT", "order_id": 1, "side": "buy", "reduce_only": true}'),
    -- one that adds, they say, and can only reduce; one that adds to the long of H5USDT
    ('{"symbol": "H4USDT", "order_id": 1, "side": "buy", "position_side": "long", "reduce_only": true}'),
    ('{"symbol": "H5USDT", "order_id": 1, "side": "buy", "position_side": "long", "reduce_only": false}'),
    ('{"symbol": "N1USDT", "order_id": "9", "side": "sell", "reduce_only": true}'),
    ('{"symbol": "N3USDT", "order_id": "stop-N3USDT", "client_order_id": "", "side": "sell", "reduce_only": true}')
) as x (e);
call later('2 minutes');
create function listing(ago interval, apply boolean default false)
returns bigint
language sql
volatile
return (
    select count(f)
    from closing as c
    cross join lateral tradelatch.reconcile_orders(
        'binance', c.orders, clock_timestamp() - listing.ago, complete => true,
        covers => '{S1USDT,S2USDT,S3USDT,S4USDT,S5USDT,H1USDT,H2USDT,H3USDT,H4USDT,H5USDT,N1USDT,N2USDT,N3USDT}', apply => listing.apply, max_missing => 8
    ) as f
);
select listing('60 seconds');
select listing('50 seconds', true);
select is(
    (
        select array_agg(p.symbol || ' ' || p.position_side || ' ' || p.status || coalesce(' ' || left_of(p.symbol, p.position_side), '')
            order by p.symbol, p.position_side)
        from monitoring.positions as p
        where p.symbol ~ '^[SHN][1-5]USDT'
    ),
    '{
        "H1USDT long active *", "H1USDT short pending_sl",
        "H2USDT long pending_sl", "H2USDT short active *",
        "H3USDT long pending_sl",
        "H4USDT long active *",
        "H5USDT long pending_sl", "H5USDT short pending_sl",
        "N1USDT both active id:9", "N2USDT both closed", "N3USDT both pending_cancels s1",
        "S1USDT both pending_sl", "S2USDT both active *", "S3USDT both pending_sl", "S4USDT both active *", "S5USDT both pending_sl"
    }'::text[],
    'nothing is listed that it stands for, something is, something that opens, something that may be one'
);

-- The stop-loss of a position of which the book names none is learnt from the list, where it is plain.
call later('1 hour');
select (tradelatch.adopt_position('binance', a.symbol, a.side, 10, 100, now(), position_side => a.position_side, stop_loss_price => a.price)).outcome
from (values
    ('L1USDT', 'long', 'both', 95), ('L2USDT', 'short', 'both', 105), ('L3USDT', 'long', 'long', 95), ('L4USDT', 'long', 'both', 95),
    ('L5USDT', 'long', 'both', 95), ('L6USDT', 'long', 'both', 95), ('L7USDT', 'long', 'both', 95), ('L8USDT', 'long', 'both', 95),
    ('L9USDT', 'long', 'both', 95), ('L0USDT', 'long', 'long', 95)
) as a (symbol, side, position_side, price);
create table stops as
select jsonb_agg(e) as orders
from (
    values
    ('{"symbol": "L1USDT", "order_id": 1, "side": "sell", "quantity": 10, "trigger": 96, "reduce_only": true}'::jsonb),
    ('{"symbol": "L2USDT", "order_id": 2, "client_order_id": "by-hand", "side": "buy", "quantity": 0, "trigger": 104, "reduce_only": true}'),
    ('{"symbol": "L3USDT", "order_id": 3, "side": "sell", "quantity": 12, "trigger": 94, "position_side": "long"}'),
    ('{"symbol": "L4USDT", "order_id": 4, "side": "sell", "quantity": 10, "trigger": 96, "reduce_only": true}'),
    ('{"symbol": "L4USDT", "order_id": 5, "side": "sell", "quantity": 10, "reduce_only": true}'),
    ('{"symbol": "L5USDT", "order_id": 6, "side": "sell", "quantity": 9, "trigger": 96, "reduce_only": true}'),
    ('{"symbol": "L6USDT", "order_id": 7, "side": "sell", "quantity": 10, "trigger": 101, "reduce_only": true}'),
    ('{"symbol": "L7USDT", "order_id": 8, "side": "sell", "quantity": 10, "trigger": 96}'),
    ('{"symbol": "L8USDT", "client_order_id": "by-hand", "side": "sell", "quantity": 10, "trigger": 96, "reduce_only": true}'),
    -- as Gate lists one that closes whatever is held
    ('{"symbol": "L9USDT", "order_id": 9, "side": null, "quantity": null, "trigger": 96, "reduce_only": true, "position_side": "both"}'),
    ('{"symbol": "L0USDT", "order_id": 10, "side": null, "quantity": null, "trigger": 96, "reduce_only": true}')
) as x (e);
create function learnt(ago interval, apply boolean)
returns text[]
language sql
volatile
as $$
    select count(f)
    from stops as s
    cross join lateral tradelatch.reconcile_orders(
        'binance', s.orders, clock_timestamp() - learnt.ago, complete => true,
        covers => array(select 'L' || n || 'USDT' from generate_series(0, 9) as n), apply => learnt.apply
    ) as f;
    select array_agg(concat_ws(' ', p.symbol, p.stop_loss_order, trim_scale(p.stop_loss_price), left_of(p.symbol)) order by p.symbol)
    from monitoring.positions as p
    where p.symbol ~ '^L[0-9]USDT';
$$;
call later('2 minutes');
select is(
    learnt('60 seconds', false),
    array(select format('L%sUSDT %s *', n, case n when 2 then 105 else 95 end) from generate_series(0, 9) as n),
    'not without apply'
);
select is(
    learnt('50 seconds', true),
    '{
        "L0USDT 95 *", "L1USDT id:1 96 * id:1", "L2USDT id:2 104 * id:2", "L3USDT id:3 94 * id:3", "L4USDT 95 *", "L5USDT 95 *", "L6USDT 95 *",
        "L7USDT 95 *", "L8USDT 95 *", "L9USDT id:9 96 * id:9"
    }'::text[],
    'the one that covers what is open: not one of two, a smaller one, one that takes profit, one that may open, one that has no id; '
    'of one without a side only where it can be for nothing else'
);
call later('2 minutes');
select learnt('60 seconds', true);
select is(
    learnt('50 seconds', true),
    '{
        "L0USDT 95 *", "L1USDT id:1 96 id:1", "L2USDT id:2 104 id:2", "L3USDT id:3 94 id:3", "L4USDT 95 *", "L5USDT 95 *", "L6USDT 95 *",
        "L7USDT 95 *", "L8USDT 95 *", "L9USDT id:9 96 id:9"
    }'::text[],
    'then * stands for nothing there, and goes away'
);
select is((tradelatch.release_position(p.id, 'enough')).outcome, 'ok', p.symbol || ' is over')
from monitoring.positions as p
where p.symbol ~ '^L[0-9]USDT'
order by p.symbol;

-- One of ours of a position that is over, or does not know it, is an orphan.
call later('1 hour');
call given('O1USDT', 'closed');
call given('O2USDT', 'pending_sl');
call given('O3USDT', 'active');
select is((tradelatch.release_position(id('O3USDT'), 'x')).status, 'closed', 'O3USDT was released');
call later('2 minutes');
create table orphans as
select array[
    'O1USDT s1 sell 10 95', 'O1USDT c1 sell 10', 'O2USDT s7 sell 10', 'O3USDT s1 sell 10 95', 'O4USDT tl0123456789abcdef012345s1 buy 1',
    'O5USDT tl0123456789ABCDEF012345s1 buy 1', 'O5USDT mine buy 1'
] as orders;
select is(told(list(o.orders, v.ago, complete => false), ' O'), v.lines, v.ago || ' ago')
from orphans as o
cross join (values
    (
        interval '60 seconds',
        '{
            "info orphaned_order O1USDT both closed: wait for another snapshot",
            "info orphaned_order O2USDT both pending_sl: wait for another snapshot",
            "info orphaned_order O3USDT both closed: wait for another snapshot",
            "info orphaned_order O4USDT: wait for another snapshot"
        }'::text[]
    ),
    (
        '55 seconds',
        '{
            "critical orphaned_order O1USDT both closed: cancel it on the exchange",
            "critical orphaned_order O2USDT both pending_sl: cancel it on the exchange",
            "critical orphaned_order O3USDT both closed: cancel it on the exchange",
            "critical orphaned_order O4USDT: cancel it on the exchange"
        }'
    )
) as v (ago, lines);
select is(
    f.detail,
    jsonb_build_object('orders', jsonb_build_array(
        jsonb_build_object('order', order_of('O1USDT', 'c1'), 'side', 'sell', 'quantity', 10) || t.times,
        jsonb_build_object('order', order_of('O1USDT', 's1'), 'side', 'sell', 'quantity', 10, 'trigger', 95) || t.times
    )),
    'which orders they are'
)
from found('O1USDT', 'orphaned_order') as f
cross join lateral (
    select jsonb_build_object(
        'first_seen_at', f.detail #> '{orders,0,first_seen_at}', 'last_seen_at', f.detail #> '{orders,0,last_seen_at}', 'is_proven', true
    ) as times
) as t;
select is(
    told(list('{O1USDT c1 sell 10}', '50 seconds', complete => false), ' O1'),
    '{"critical orphaned_order O1USDT both closed: cancel it on the exchange"}'::text[],
    'what is not listed in one that is not complete stays'
);
select is(
    told(list('{O1USDT c1 sell 10}', '45 seconds', covers => '{O1USDT,O2USDT}'), ' O'),
    '{
        "critical orphaned_order O1USDT both closed: cancel it on the exchange",
        "critical orphaned_order O3USDT both closed: cancel it on the exchange",
        "critical orphaned_order O4USDT: cancel it on the exchange"
    }'::text[],
    'it is gone where a list covers it'
);
select is(jsonb_array_length((found('O1USDT', 'orphaned_order')).detail -> 'orders'), 1, 'of two one is left');
select is(told(list('{}', '40 seconds', covers => '{O1USDT,O3USDT,O4USDT}'), ' O'), null, 'they are gone');

-- An order that is listed for a while after it ended is none.
call later('1 hour');
call given('O6USDT', 'closed');
call later('1 minute');
select is(
    told(list('{O6USDT s1 sell 10 95}', observed_at => (book_row('O6USDT')).closed_at + v.after, complete => false), ' O6'),
    case v.severity
        when 'info' then array['info orphaned_order O6USDT both closed: wait for another snapshot']
        when 'critical' then array['critical orphaned_order O6USDT both closed: cancel it on the exchange']
    end,
    v.after || ' after it ended: ' || coalesce(v.severity, 'nothing')
)
from (values
    (interval '-1 second', null), ('1 second', 'info'), ('4.999999 seconds', 'info'), ('6 seconds', 'info'), ('10.999999 seconds', 'info'),
    ('11 seconds', 'critical')
) as v (after, severity);

-- Another trigger or quantity than the book's.
call later('1 hour');
do $$
begin
    for v_number in 1..6 loop
        call given.given(format('M%sUSDT', v_number), 'active');
    end loop;
end
$$;
call later('2 minutes');
select list(v.orders, v.ago, complete => false)
from (values ('{
    M1USDT s1 sell 10 94.9, M2USDT s1 sell 9.9 95, M3USDT s1 sell 0 95.00, M4USDT s1 sell 10, M5USDT s1 sell 10 0
}'::text[])) as o (orders)
cross join lateral (values (o.orders || text 'M6USDT s1 sell 10 96', interval '60 seconds'), (o.orders || text 'M6USDT s1 sell 10 97', interval '50 seconds')) as v (orders, ago);
select is(
    told(diagnosed(), ' M'),
    '{
        "info stop_mismatch M6USDT both active: wait for another snapshot",
        "warning stop_mismatch M1USDT both active: look at its stop-loss, then update_stop_loss or replace_stop_loss",
        "warning stop_mismatch M2USDT both active: look at its stop-loss, then update_stop_loss or replace_stop_loss"
    }'::text[],
    'closing all, or what is not said, is no other'
);
select is(
    f.detail - '{lease_until,order_seen}'::text[] || jsonb_build_object('seen', (f.detail -> 'order_seen') - '{first_seen_at,last_seen_at}'::text[]),
    jsonb_build_object(
        'side', 'long', 'open_quantity', 10, 'stop_loss_price', 95, 'order', order_of('M1USDT', 's1'),
        'seen', '{"side": "sell", "quantity": 10, "trigger": 94.9, "is_proven": true}'::jsonb
    ),
    'what the book has, and what is listed'
)
from found('M1USDT', 'stop_mismatch') as f;
select is((tradelatch.update_stop_loss(id('M1USDT'), 94.9)).status, 'active', 'the book learns of it');
select is((tradelatch.resize_position(id('M2USDT'), 9.9, 'x')).status, 'pending_sl', 'or places another one');
select is(told(diagnosed(), ' M[12].*mismatch'), null, 'then it is none');
select is(told(list('{M6USDT s1 sell 10 95}', '40 seconds', complete => false), ' M6'), null, 'as the book has it again');

-- Equal or older: it counts nothing.
select list('{M6USDT s1 sell 10 94}', '39 seconds', complete => false);
create table latest as
select book() || (select string_agg(s::text, '') from monitoring.order_sightings as s) || s.observed_at as state, s.observed_at
from monitoring.order_snapshots as s;
select is(list('{}', observed_at => l.observed_at - v.earlier, apply => true, max_missing => 0), list('{A2USDT s1 sell}', observed_at => l.observed_at - v.earlier), v.earlier || ' earlier')
from latest as l
cross join (values (interval '0'), ('1 microsecond'), ('1 day')) as v (earlier);
select is(
    book() || (select string_agg(s::text, '') from monitoring.order_sightings as s) || s.observed_at, l.state, 'it recorded nothing'
)
from latest as l
cross join monitoring.order_snapshots as s;

-- Where more stop-losses are missing than may be, none is ended, and the list is evidence for nobody.
call later('1 hour');
do $$
begin
    for v_number in 1..3 loop
        call given.given(format('X%sUSDT', v_number), 'active');
    end loop;
end
$$;
call given('X4USDT', 'pending_cancels');
call later('10 minutes');
create function missing(ago interval, apply boolean, max_missing integer, orders text[] default '{}')
returns text[]
language sql
volatile
return told(
    list(missing.orders, missing.ago, apply => missing.apply, covers => '{X1USDT,X2USDT,X3USDT,X4USDT}', max_missing => missing.max_missing),
    ' X|suspect'
);
create function absent()
returns text[]
language sql
stable
security definer
return (select array_agg(s.symbol::text order by s.symbol) from monitoring.order_sightings as s where s.symbol ~ '^X' and s.problem = 'absent');
select is(
    missing('9 minutes', true, 2),
    '{"critical snapshot_suspect: look at the exchange; if the stop-losses are gone, reconcile_orders with a higher max_missing"}'::text[],
    'three are missing, two may be'
);
select is(absent(), null, 'the absence of no order is recorded');
select is(
    (select f.detail - 'orders_observed_at' from tradelatch.diagnose() as f where f.check_name = 'snapshot_suspect'),
    '{"missing": 3, "max_missing": 2}', 'how many are, and how many might be'
);
select is(
    missing('8 minutes', true, 3),
    '{
        "info no_stop_loss X1USDT both active: wait for another snapshot",
        "info no_stop_loss X2USDT both active: wait for another snapshot",
        "info no_stop_loss X3USDT both active: wait for another snapshot"
    }'::text[],
    'three may be'
);
select is(absent(), '{X1USDT,X2USDT,X3USDT,X4USDT}'::text[], 'then it is recorded');
select is(
    missing('7 minutes', true, 2),
    '{
        "critical snapshot_suspect: look at the exchange; if the stop-losses are gone, reconcile_orders with a higher max_missing",
        "info no_stop_loss X1USDT both active: wait for another snapshot",
        "info no_stop_loss X2USDT both active: wait for another snapshot",
        "info no_stop_loss X3USDT both active: wait for another snapshot"
    }'::text[],
    'a suspect one is not the second'
);
select is((book_row('X4USDT')).status, 'pending_cancels', 'of no order');
select is(
    missing('6 minutes', false, 3),
    '{
        "critical no_stop_loss X1USDT both active: reconcile_orders with apply, then recover",
        "critical no_stop_loss X2USDT both active: reconcile_orders with apply, then recover",
        "critical no_stop_loss X3USDT both active: reconcile_orders with apply, then recover"
    }'::text[],
    'proven'
);
-- Proven by several lists that were not suspect by themselves.
select is(
    list(ago => '5 minutes', apply => true, complete => false, max_missing => 2) @> '{
        "critical snapshot_suspect: look at the exchange; if the stop-losses are gone, reconcile_orders with a higher max_missing",
        "critical no_stop_loss X1USDT both active: look at the exchange: its latest list of orders is suspect"
    }'::text[],
    true,
    'together they are too many'
);
select is(
    (select array_agg(p.symbol || ' ' || p.status order by p.symbol) from monitoring.positions as p where p.symbol ~ '^X'),
    '{"X1USDT active","X2USDT active","X3USDT active","X4USDT pending_cancels"}'::text[],
    'none has ended'
);
-- A snapshot of positions that is suspect as well, and that shows no stop-loss: one finding of each.
select show('{"X1USDT long 10"}', clock_timestamp() - interval '4 minutes', more => '{"stop_loss_price": null}', max_closes => 0);
select show('{"X1USDT long 10"}', clock_timestamp() - interval '3 minutes', more => '{"stop_loss_price": null}', max_closes => 0);
select is(
    (
        select array_agg(concat_ws(' ', f.check_name, f.symbol) order by f.symbol)
        from tradelatch.diagnose() as f
        where f.symbol = 'X1USDT' or f.check_name = 'snapshot_suspect'
    ),
    '{"no_stop_loss X1USDT",snapshot_suspect}'::text[],
    'one finding of each'
);
select lives_ok('select tradelatch.record_findings(); select tradelatch.record_findings()', 'which is recorded');
select is(
    missing('2 minutes', true, 3, '{X2USDT s1 sell 10 95}'),
    '{
        "critical no_stop_loss X1USDT both pending_sl: recover",
        "critical no_stop_loss X3USDT both pending_sl: recover"
    }'::text[],
    'what is missing is ended'
);
select is(
    (select array_agg(p.symbol || ' ' || p.status order by p.symbol) from monitoring.positions as p where p.symbol ~ '^X'),
    '{"X1USDT pending_sl","X2USDT active","X3USDT pending_sl","X4USDT closed"}'::text[],
    'and nothing else'
);
select missing('90 seconds', false, 3, '{X2USDT s1 sell 10 95}');
select is(absent(), null, 'what is over is forgotten');

-- One that moved after it was judged, or may still be sent, is let be.
create function moves(symbol text, ended text[], placed text[], moved interval default '0')
returns boolean
language sql
volatile
return monitoring.move_orders(id(moves.symbol), (book_row(moves.symbol)).orders_at - moves.moved, moves.ended, moves.placed, now());
select is(moves('X2USDT', orders_of('X2USDT', 's1'), '{}', interval '1 microsecond'), false, 'its orders moved since');
select is(moves('B7USDT', orders_of('B7USDT', 's1'), '{}'), false, 'it may still be sent');
call given('Y1USDT', 'active');
select is(
    (tradelatch.confirm_orders(id('Y1USDT'), orders_placed => '{mine}', fence => fence('Y1USDT'))).outcome, 'ok', 'one of the bot''s own is on its way'
);
select is(moves('Y1USDT', orders_of('Y1USDT', 's1'), '{}'), false, 'another order may still be sent');
select is(moves('O3USDT', orders_of('O3USDT', 's1'), '{}'), false, 'it was released');
select is(moves('X2USDT', orders_of('X2USDT', 's1'), '{}'), true, 'nothing of that');
call later('1 minute');
select list(ago => v.ago, covers => '{Y1USDT}', apply => true)
from (values (interval '20 seconds'), ('10 seconds')) as v (ago);
select is(
    diagnosed('Y1USDT'), '{"critical no_stop_loss Y1USDT both active: look at the exchange: an order of it may still be sent"}'::text[],
    'what is missing there is a finding, and has not ended'
);
-- Within the grace time after its orders moved it is not missing yet.
call given('Y2USDT', 'active');
select is(
    told(list(covers => '{Y2USDT}', max_missing => 0), 'Y2|suspect'), '{"info no_stop_loss Y2USDT both active: wait for another snapshot"}'::text[],
    'one whose stop-loss was placed just now is not counted'
);
select is(moves('A1USDT', '{}', '{strange}'::text[] || orders_of('A1USDT', 's9')), false, 'what is not left has not arrived');
select is(moves('O1USDT', '{}', orders_of('O1USDT', 's1')), false, 'nor has one of what is over');

select explained();
select * from finish();
rollback;
