begin;
\ir setup.psql
select plan(112);

select declared_as_move(
    'activate_position',
    'position_id bigint, fence bigint, stop_loss_price numeric, stop_loss_order_id text = null, details jsonb = ''{}'''
);

call given('LONGUSDT', 'pending_sl');
call given('SHORTUSDT', 'pending_sl', 'short');
call given('HEDGEUSDT', 'pending_sl', 'long', 'long', filled => 4);
call given('HEDGEUSDT', 'pending_sl', 'short', 'short', filled => 4);

select is(
    line(tradelatch.activate_position(
        id(s.symbol, s.position_side),
        fence(s.symbol, s.position_side),
        s.price,
        stop_loss_order_id => 'stop-1',
        details => s.details
    )),
    'ok active driven',
    format('%s %s, wholly filled or in part: nothing is due', s.symbol, s.position_side)
)
from (values
    ('LONGUSDT', 'both', 99.99, jsonb '{}'),
    ('SHORTUSDT', 'both', 100.01, '{"tries": 2, "stop_loss_price": 1}'),
    ('HEDGEUSDT', 'long', 1, '{}'),
    ('HEDGEUSDT', 'short', 1000, '{}')
) as s (symbol, position_side, price, details);
select is(
    event('LONGUSDT'),
    'activate_position pending_sl>active fence {"stop_loss_price": 99.99, "stop_loss_order_id": "stop-1"}',
    'the log has the stop-loss'
);
select is(
    event('SHORTUSDT'),
    'activate_position pending_sl>active fence {"tries": 2, "stop_loss_price": 100.01, "stop_loss_order_id": "stop-1"}',
    'the log has the details beside what was told, and never instead of it'
);
select results_eq(
    $$
        select
            p.status, p.stop_loss_price, p.stop_loss_order_id collate "default", p.open_quantity,
            p.activated_at between now() and clock_timestamp()
        from tradelatch.positions as p
        where p.position_id in (id('LONGUSDT'), id('HEDGEUSDT', 'long'))
        order by p.symbol desc
    $$,
    $$
        values
            ('active', 99.99, 'stop-1', 10::numeric, true),
            ('active', 1::numeric, 'stop-1', 4::numeric, true)
    $$,
    'the book has it, too'
);

-- Again.
select unchanged(
    format('activate_position(id(''LONGUSDT''), fence(''LONGUSDT''), %s, %L)', v.price, 'stop-1'),
    'replayed active driven',
    'the same call again'
)
from (values (99.99), (99.990)) as v (price);
select refused(
    format('activate_position(id(''LONGUSDT''), fence(''LONGUSDT''), %s, %L)', v.price, v.order_id),
    'TL002',
    format('another call: %s %s', v.price, v.order_id)
)
from (values (99.98, 'stop-1'), (99.99, 'stop-2'), (99.99, null)) as v (price, order_id);
call given('BAREUSDT', 'pending_sl');
select is(
    line(tradelatch.activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95)),
    'ok active driven',
    'without the id of the stop-loss'
);
select unchanged($$activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95)$$, 'replayed active driven', 'the same call again');
select refused($$activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95, 'stop')$$, 'TL002', 'with an id it is another call');
select is(line(tradelatch.update_stop_loss(id('BAREUSDT'), 96)), 'ok active', 'the stop-loss moves');
select refused(
    $$activate_position(id('BAREUSDT'), fence('BAREUSDT'), 95)$$, 'TL002', 'then it is not the latest move any more'
);

-- The first one of a created position needs a stop-loss on the losing side of the fill.

call given('KNOWNUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('KNOWNUSDT'), fence('KNOWNUSDT'), 10, 120)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'asked for 100, filled at 120'
);
call given('ASKEDUSDT', 'entry_placed');
select is(
    line(tradelatch.confirm_entry(id('ASKEDUSDT'), fence('ASKEDUSDT'), 10)),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'asked for 100, filled at an average that is not known'
);
call given('SOLDUSDT', 'pending_sl', 'short');
select refused(
    format('activate_position(id(%L), fence(%L), %s)', v.symbol, v.symbol, v.price),
    '22023 stop_loss_price',
    format('%s, a fill at %s: not %s', v.symbol, v.fill, v.price)
)
from (values
    ('KNOWNUSDT', 120, 120), ('KNOWNUSDT', 120, 120.01), ('KNOWNUSDT', 120, 1e29),
    ('ASKEDUSDT', 100, 100), ('ASKEDUSDT', 100, 101),
    ('SOLDUSDT', 100, 100.00), ('SOLDUSDT', 100, 99.99), ('SOLDUSDT', 100, 1e-9)
) as v (symbol, fill, price);
select is(
    line(tradelatch.activate_position(id(v.symbol), fence(v.symbol), v.price)),
    'ok active driven',
    format('%s: %s', v.symbol, v.price)
)
from (values ('KNOWNUSDT', 119.99), ('ASKEDUSDT', 99.99), ('SOLDUSDT', 100.01)) as v (symbol, price);

-- Later ones follow the price into the profit.
create table first_active as
select (book_row('LONGUSDT')).activated_at;
select is(
    line(tradelatch.update_stop_loss(id('LONGUSDT'), null)),
    'ok pending_sl driven, stop_loss sell 10 at 99.99 reduce-only s2',
    'the stop-loss is gone'
);
select is(
    line(tradelatch.activate_position(id('LONGUSDT'), fence('LONGUSDT'), 130)),
    'ok active driven',
    'a long position with a stop-loss above its fill'
);
select is((book_row('LONGUSDT')).activated_at, f.activated_at, 'activated_at is when it was active first') from first_active as f;
select is(
    line(tradelatch.confirm_entry(id('SOLDUSDT'), fence('SOLDUSDT'), 11, 100)),
    'ok pending_sl driven, cancel s1, stop_loss buy 11 at 100.01 reduce-only s2',
    'the fill grew'
);
select is(
    line(tradelatch.activate_position(id('SOLDUSDT'), fence('SOLDUSDT'), 90)),
    'ok active driven',
    'a short position with a stop-loss below its fill'
);
select is(
    line(tradelatch.adopt_position('binance', 'ADOPTUSDT', 'long', 10, 100)),
    'created pending_sl driven, stop_loss sell 10 reduce-only s1',
    'adopted'
);
select is(
    line(tradelatch.activate_position(id('ADOPTUSDT'), fence('ADOPTUSDT'), 130)),
    'ok active driven',
    'an adopted position, too'
);
-- The stop-losses before it were to be canceled first: the next one replaces it alone.
select is(
    line(tradelatch.confirm_entry(id('SOLDUSDT'), fence('SOLDUSDT'), 12, 100)),
    'ok pending_sl driven, cancel s2, stop_loss buy 12 at 90 reduce-only s3',
    'only the one that was in place is canceled'
);

-- What is refused.

call given('BADUSDT', 'pending_sl');
select refused(
    $$activate_position(id('BADUSDT'), fence('BADUSDT') + 1, 95)$$, 'TL003', 'another fence'
);
select refused(
    $$activate_position(id('BAREUSDT'), fence('BADUSDT'), 95)$$, 'TL003', 'the fence of another position'
);
select refused(format('activate_position(%s, 1, 95)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT'), 'stop_loss_price', 95) as arguments;
select refused_values('activate_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('activate_position', g.arguments, 'fence', array[null]) from good as g;
select refused_values('activate_position', g.arguments, 'stop_loss_price', bad_amounts()) from good as g;
select refused_values('activate_position', g.arguments, 'stop_loss_order_id', optional(bad_texts(100))) from good as g;
select refused_values('activate_position', g.arguments, 'details', bad_details()) from good as g;

-- Who may.

select is(
    (try($$activate_position(id('BADUSDT'), fence('BADUSDT'), 0.000000000001, repeat('x', 100))$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok active driven'),
    ('tradelatch_operator', 'replayed active driven')
) as r (role, seen);

-- Another open row holds the slot: an index is missing, and a row was put in by hand.

call given('D1USDT', 'pending_sl');
call given('D2USDT', 'pending_sl', 'short', 'short');
call given('D3USDT', 'pending_sl', 'long', 'long', filled => 4);
call given('D4USDT', 'pending_sl');
drop index monitoring.idx_unique_active_position;
drop index monitoring.idx_unique_active_position_short;
create table twins as
select t.symbol, t.position_side, id(t.symbol) as position_id, fence(t.symbol) as fence, null::bigint as other_id
from (values
    ('D1USDT', 'both'), ('D2USDT', 'both'), ('D3USDT', 'long')
) as t (symbol, position_side);
insert into monitoring.positions (exchange, symbol, position_side, side, quantity, entry_price, status)
select 'binance', t.symbol, t.position_side, 'long', 7, 100, 'pending_entry'
from twins as t;
update twins as t set other_id = id(t.symbol);
insert into monitoring.positions (
    exchange, account, symbol, position_side, side, quantity, entry_price, status, stop_loss_price, closed_at
)
values
('binance', 'default', 'D4USDT', 'both', 'long', 7, 100, 'closed', null, now()),
('binance', 'second', 'D4USDT', 'both', 'long', 7, 100, 'active', 95, null),
('bybit', 'default', 'D4USDT', 'both', 'long', 7, 100, 'active', 95, null),
('binance', 'default', 'D4USDC', 'both', 'long', 7, 100, 'active', 95, null);

select is(
    line(tradelatch.activate_position(
        t.position_id, t.fence, case t.symbol when 'D2USDT' then 105 else 95 end, details => '{"tries": 1}'
    )),
    'duplicate pending_rollback driven',
    t.symbol || ' is a duplicate: no order'
)
from twins as t;
select is(
    (
        select concat_ws(
            ' ', e.event, e.from_status, e.to_status, e.fence = t.fence, e.details ->> 'duplicate_of', e.details ->> 'tries'
        )
        from monitoring.position_events as e
        where e.position_id = t.position_id
        order by e.id desc
        limit 1
    ),
    format('activate_position pending_sl pending_rollback t %s 1', t.other_id),
    t.symbol || ': the log says of which position'
)
from twins as t;
select is(
    (select p.status from monitoring.positions as p where p.id = t.other_id),
    'pending_entry',
    t.symbol || ': the other one is left alone'
)
from twins as t;
select unchanged(
    format(
        'activate_position(%s, %s, %s, details => ''{"tries": 1}'')',
        t.position_id, t.fence, case t.symbol when 'D2USDT' then 105 else 95 end
    ),
    'replayed pending_rollback driven',
    t.symbol || ': the same call again'
)
from twins as t;
select refused(
    format('activate_position(%s, %s, 94)', t.position_id, t.fence),
    'TL002',
    t.symbol || ': another call'
)
from twins as t
where t.symbol <> 'D2USDT';

select is(
    line(tradelatch.renew_lease(t.position_id, t.fence)),
    'ok pending_rollback driven',
    t.symbol || ': no order in a later receipt'
)
from twins as t;
select is(
    line(tradelatch.confirm_entry(t.position_id, t.fence, 11, 100)),
    'ok pending_rollback driven',
    t.symbol || ': no order when it grows'
)
from twins as t;
select refused(
    format('reissue_order(%s, %s, %L, ''test'')', t.position_id, t.fence, p.order_key || 'c' || p.close_attempt),
    'TL002',
    t.symbol || ': there is no order to issue again'
)
from twins as t
inner join monitoring.positions as p on p.id = t.position_id;
do $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p
    set lease_until = p.lease_until - interval '1 day'
    where p.id in (select t.position_id from twins as t);
    perform set_config('session_replication_role', 'origin', true);
end
$$;
select results_eq(
    $$select line(r) from tradelatch.claim_stale() as r$$,
    array['claimed pending_rollback driven', 'claimed pending_rollback driven', 'claimed pending_rollback driven'],
    'no order for whoever claims it, either'
);
select is(
    line(tradelatch.confirm_flat(
        t.position_id, (select p.fence from tradelatch.positions as p where p.position_id = t.position_id)
    )),
    'ok rolled_back driven',
    t.symbol || ': it ends when nothing is left of it'
)
from twins as t;
select is(
    line(tradelatch.activate_position(
        (select min(p.id) from monitoring.positions as p where p.symbol = 'D4USDT'),
        (select p.fence from monitoring.positions as p where p.symbol = 'D4USDT' order by p.id limit 1),
        95
    )),
    'ok active driven',
    'what is over, or in another slot, is no duplicate'
);

select explained();
select * from finish();
rollback;
