begin;
\ir setup.psql
select plan(121);

select declared_as_move(
    'confirm_flat',
    'position_id bigint, fence bigint, orders_ended text[] = ''{}'', exit_price numeric = null, realized_pnl numeric = null, '
    'details jsonb = ''{}'''
);

-- Each status. The stop-loss is left, unless it is named.
call given_each();
select cells(
    $$confirm_flat(id(%1$L), fence(%1$L), exit_price => 101)$$,
    '{
        "pending_rollback": "ok pending_cancels driven, cancel s1",
        "pending_cancels_back": "ok pending_cancels driven, cancel s1"
    }'
);
select cells(
    $$confirm_flat(id(%1$L), fence(%1$L), array[order_of(%1$L, 's1')], exit_price => 101)$$,
    '{"pending_rollback": "ok rolled_back driven", "pending_cancels_back": "ok rolled_back driven"}'
);
select is(
    (try($$confirm_flat(id('PENDING_CANCELS'), fence('PENDING_CANCELS'))$$)).hint,
    'Legal moves: activate_position, claim_stale, confirm_close, confirm_entry, confirm_orders, place_entry, '
    'reconcile_orders, release_position, resize_position, take_over.',
    'of one that is to be closed the HINT names confirm_close alone'
);

call given('EMPTYUSDT', 'pending_rollback', filled => 0);
call given('LOSSUSDT', 'pending_rollback', 'short', 'short');
call given('EVENUSDT', 'pending_rollback', filled => 4);

select is(
    line(tradelatch.confirm_flat(id('EMPTYUSDT'), fence('EMPTYUSDT'))),
    'ok rolled_back driven',
    'nothing is due any more'
);
select is(
    event('EMPTYUSDT'),
    'confirm_flat pending_rollback>rolled_back fence {"exit_price": null, "realized_pnl": null}',
    'the log has it'
);
select is(
    line(tradelatch.confirm_flat(
        id('LOSSUSDT'), fence('LOSSUSDT'), array[order_of('LOSSUSDT', 's1')], exit_price => 101.5, realized_pnl => -15,
        details => '{"seen": 2, "exit_price": 1}'
    )),
    'ok rolled_back driven',
    'a loss'
);
select is(
    event('LOSSUSDT'),
    format(
        'confirm_flat pending_rollback>rolled_back fence '
        '{"seen": 2, "exit_price": 101.5, "orders_ended": ["%s"], "realized_pnl": -15}',
        order_of('LOSSUSDT', 's1')
    ),
    'the log has the details beside what was told, and never instead of it'
);
select is(
    line(tradelatch.confirm_flat(id('EVENUSDT'), fence('EVENUSDT'), array[order_of('EVENUSDT', 's1')], realized_pnl => 0)),
    'ok rolled_back driven',
    'neither profit nor loss'
);
select results_eq(
    $$
        select
            p.symbol collate "default", p.status, p.exit_price, p.realized_pnl, p.open_quantity, p.filled_quantity, p.exit_reason,
            p.closed_at between now() and clock_timestamp()
        from tradelatch.positions as p
        where p.symbol in ('EMPTYUSDT', 'EVENUSDT', 'LOSSUSDT')
        order by p.symbol
    $$,
    $$
        values
            ('EMPTYUSDT', 'rolled_back', null, null::numeric, 0::numeric, 0::numeric, 'given', true),
            ('EVENUSDT', 'rolled_back', null, 0, 0, 4, 'given', true),
            ('LOSSUSDT', 'rolled_back', 101.5, -15, 0, 10, 'given', true)
    $$,
    'the book has it, too: nothing is open, what was filled stays'
);

-- Again.
select unchanged($$confirm_flat(id('EMPTYUSDT'), fence('EMPTYUSDT'))$$, 'replayed rolled_back driven', 'the same call again');
select unchanged(
    $$confirm_flat(id('LOSSUSDT'), fence('LOSSUSDT'), '{}', 101.50, -15.0)$$,
    'replayed rolled_back driven',
    'the same call with numbers again'
);
select refused(
    format('confirm_flat(id(%L), fence(%L), ''{}'', %L, %L)', v.symbol, v.symbol, v.exit_price, v.realized_pnl),
    'TL002',
    format('another call: %s, %s', coalesce(v.exit_price::text, 'null'), coalesce(v.realized_pnl::text, 'null'))
)
from (values
    ('LOSSUSDT', 101.4, -15), ('LOSSUSDT', 101.5, 15), ('LOSSUSDT', null, -15), ('LOSSUSDT', 101.5, null),
    ('EMPTYUSDT', 100, null), ('EMPTYUSDT', null, 0), ('EVENUSDT', null, null)
) as v (symbol, exit_price, realized_pnl);
select refused(
    $$confirm_flat(id('EMPTYUSDT'), fence('LOSSUSDT'))$$, 'TL003', 'the same call with another fence'
);
create table before as
select id('EMPTYUSDT') as position_id, fence('EMPTYUSDT') as fence;
select is(
    line(tradelatch.create_position('binance', 'EMPTYUSDT', 'short', 5, 100)),
    'created pending_entry driven, entry sell 5 opening e1',
    'the slot is free'
);
select unchanged(
    format('confirm_flat(%s, %s)', b.position_id, b.fence),
    'replayed rolled_back driven',
    'the same call again, when the slot is somebody else''s'
)
from before as b;

-- Facts may be late.
call given('LATEUSDT', 'pending_rollback');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.confirm_flat(id('LATEUSDT'), fence('LATEUSDT'), array[order_of('LATEUSDT', 's1')])),
    'ok rolled_back driven',
    'after the lease, by the current fence'
);

-- What is left: it waits for the cancels.
call given('LEFTUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('LEFTUSDT'), fence('LEFTUSDT'), 6, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 6 reduce-only s2',
    'two stop-losses'
);
select is(
    line(tradelatch.confirm_orders(id('LEFTUSDT'), orders_placed => array['dca-1'], fence => fence('LEFTUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 6 reduce-only s2',
    'and an order of one''s own'
);
select is(
    line(tradelatch.rollback_position(id('LEFTUSDT'), fence('LEFTUSDT'), 'no')),
    'ok pending_rollback driven, cancel dca-1 e1 s1 s2, close sell 10 reduce-only c1',
    'all of it is in the way of the close'
);
select is(
    line(tradelatch.confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), array['who', order_of('LEFTUSDT', 's1')], 99)),
    'ok pending_cancels driven, cancel dca-1 s2',
    'the entry and the close are said to have ended, s1 is named, what is not left is ignored'
);
select is(
    event('LEFTUSDT'),
    format(
        'confirm_flat pending_rollback>pending_cancels fence {"exit_price": 99, "orders_ended": ["who", "%s"], "realized_pnl": null}',
        order_of('LEFTUSDT', 's1')
    ),
    'the log has it'
);
select results_eq(
    $$
        select p.status, p.ends_as, p.open_quantity::numeric, p.exit_price::numeric, p.closed_at
        from book_row('LEFTUSDT') as p
    $$,
    $$values ('pending_cancels', 'rolled_back', 0::numeric, 99::numeric, null::timestamptz)$$,
    'nothing is open, and the slot is held'
);
select is(
    line(tradelatch.create_position('binance', 'LEFTUSDT', 'long', 10, 100)), 'existing pending_cancels', 'nobody can open it'
);
select is(
    line(tradelatch.confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), array[order_of('LEFTUSDT', 's2')], 99)),
    'replayed pending_cancels driven, cancel dca-1',
    'the same call again ends what it names'
);
select is(
    event('LEFTUSDT'),
    format('confirm_orders pending_cancels>pending_cancels fence {"orders_ended": ["%s"]}', order_of('LEFTUSDT', 's2')),
    'the log has the end'
);
select unchanged(
    $$confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), array[order_of('LEFTUSDT', 's2')], 99)$$,
    'replayed pending_cancels driven, cancel dca-1',
    'once more it changes nothing'
);
select is(
    line(tradelatch.confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), '{}', 98)),
    'ok pending_cancels driven, cancel dca-1',
    'another price is another call'
);
select is(
    line(tradelatch.confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), array['dca-1'], realized_pnl => -3)),
    'ok rolled_back driven',
    'nothing is open after the end of an order of one''s own: it ends what was left last'
);
select results_eq(
    $$
        select p.status, p.ends_as, p.exit_price::numeric, p.realized_pnl::numeric, p.closed_at between now() and clock_timestamp()
        from book_row('LEFTUSDT') as p
    $$,
    $$values ('rolled_back', null::text, 98::numeric, -3::numeric, true)$$,
    'what was told stays'
);
select unchanged(
    $$confirm_flat(id('LEFTUSDT'), fence('LEFTUSDT'), array['dca-1'], realized_pnl => -3)$$,
    'replayed rolled_back driven',
    'the same call again'
);

-- The entry may be in somebody else's hand.
call given('ENTRYUSDT', 'pending_entry');
create table former as
select (book_row('ENTRYUSDT')).lease_until + interval '5 seconds' as until;
select is(
    line(tradelatch.take_over(id('ENTRYUSDT'), 'he hangs')), 'claimed pending_entry driven, entry buy 10 opening e1', 'taken over'
);
select is(
    line(tradelatch.rollback_position(id('ENTRYUSDT'), fence('ENTRYUSDT'), 'give up')),
    'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1',
    'rolled back'
);
select held_back(
    $$confirm_flat(id('ENTRYUSDT'), fence('ENTRYUSDT'))$$, order_of('ENTRYUSDT', 'e1'), f.until,
    'the driver before may still send it'
)
from former as f;
call hands_end('ENTRYUSDT');
select is(line(tradelatch.confirm_flat(id('ENTRYUSDT'), fence('ENTRYUSDT'))), 'ok rolled_back driven', 'not any more');

-- The close is said to have ended by the fence that alone was given it.
call given('TAKENUSDT', 'pending_rollback', filled => 0);
select is(
    line(tradelatch.take_over(id('TAKENUSDT'), 'he hangs')),
    'claimed pending_rollback driven, cancel c1 e1, close sell 10 reduce-only c2',
    'c1 is in the hand of the driver before'
);
select is(
    line(tradelatch.confirm_flat(id('TAKENUSDT'), fence('TAKENUSDT'), array[order_of('TAKENUSDT', 'c1')])),
    'ok pending_cancels driven, cancel c1',
    'c2 has ended, c1 he may still send'
);
call hands_end('TAKENUSDT');
select is(
    line(tradelatch.confirm_flat(id('TAKENUSDT'), fence('TAKENUSDT'), array[order_of('TAKENUSDT', 'c1')])),
    'replayed rolled_back driven',
    'not any more'
);
call given('CLAIMEDUSDT', 'pending_rollback', filled => 0);
call claim('CLAIMEDUSDT');
select is(
    line(tradelatch.confirm_flat(id('CLAIMEDUSDT'), fence('CLAIMEDUSDT'))),
    'ok pending_cancels driven, cancel c1',
    'c1 was given to two: that nothing is open does not say that it ended'
);
select is(
    line(tradelatch.confirm_flat(id('CLAIMEDUSDT'), fence('CLAIMEDUSDT'), array[order_of('CLAIMEDUSDT', 'c1')])),
    'replayed rolled_back driven',
    'but whoever looked it up may say so'
);

-- Found on the exchange: it has no entry order, and * stands for closing orders that nobody can name.
select is(
    line(tradelatch.adopt_position('binance', 'FOUNDUSDT', 'long', 10, 100, clock_timestamp())),
    'created pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1',
    'adopted'
);
select is(
    line(tradelatch.rollback_position(id('FOUNDUSDT'), fence('FOUNDUSDT'), 'no')),
    'ok pending_rollback driven, cancel * s1, close sell 10 reduce-only c1',
    'rolled back'
);
select is(
    line(tradelatch.confirm_flat(id('FOUNDUSDT'), fence('FOUNDUSDT'), array['*'])), 'ok pending_cancels driven, cancel s1', 'flat'
);
select is(
    line(tradelatch.confirm_flat(id('FOUNDUSDT'), fence('FOUNDUSDT'), array[order_of('FOUNDUSDT', 's1')])),
    'replayed rolled_back driven',
    's1 was never sent'
);
select is(
    event('FOUNDUSDT'),
    format('confirm_orders pending_cancels>rolled_back fence {"orders_ended": ["%s"]}', order_of('FOUNDUSDT', 's1')),
    'the log has what was named, and nothing else'
);

-- What is refused.
call given('BADUSDT', 'pending_rollback');
select refused($$confirm_flat(id('BADUSDT'), fence('BADUSDT') - 1)$$, 'TL003', 'another fence');
select refused(format('confirm_flat(%s, 1)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT')) as arguments;
select refused_values('confirm_flat', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('confirm_flat', g.arguments, 'fence', array[null]) from good as g;
select refused_values('confirm_flat', g.arguments, 'orders_ended', bad_orders()) from good as g;
select refused_values('confirm_flat', g.arguments, 'exit_price', optional(bad_amounts())) from good as g;
select refused_values('confirm_flat', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('confirm_flat', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try(
        $$confirm_flat(
            id('BADUSDT'), fence('BADUSDT'), array[order_of('BADUSDT', 's1')], 0.000000000001, -999999999999999999999999999999
        )$$,
        role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok rolled_back driven'),
    ('tradelatch_operator', 'replayed rolled_back driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
