begin;
\ir setup.psql
select plan(56);

-- activate_position of another stop-loss than the one that was called for.

-- Another one than the one that was called for is left, and the one that was called for still is.

call given('OTHERUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('OTHERUSDT'), fence('OTHERUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    's1 for 4, and s2 for 10, each in hand'
);
select is(
    line(tradelatch.activate_position(id('OTHERUSDT'), fence('OTHERUSDT'), 95, order_of('OTHERUSDT', 's1'), 'stop-1')),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    's1 stands: it does not do'
);
select unchanged(
    $$activate_position(id('OTHERUSDT'), fence('OTHERUSDT'), 95, order_of('OTHERUSDT', 's1'), 'stop-1')$$,
    'replayed pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    'the same call again'
);
select is(
    event('OTHERUSDT'),
    format(
        'activate_position pending_sl>pending_sl fence '
        '{"client_order_id": "%s", "stop_loss_price": 95, "stop_loss_order_id": "stop-1"}',
        order_of('OTHERUSDT', 's1')
    ),
    'the log has it'
);
select results_eq(
    $$
        select replace(o.name, order_of('OTHERUSDT', ''), ''), o.in_hand_until is null
        from tradelatch.orders as o
        where o.symbol = 'OTHERUSDT'
        order by 1
    $$,
    $$values ('s1', true), ('s2', false)$$,
    's1 arrived, s2 is in hand'
);
select is(
    line(tradelatch.activate_position(
        id('OTHERUSDT'), fence('OTHERUSDT'), 95, order_of('OTHERUSDT', 's2'), orders_ended => array['id:stop-1']
    )),
    'ok active driven',
    's2 stands, and s1 ended, by the exchange''s id'
);
select is(
    line(tradelatch.activate_position(id('OTHERUSDT'), fence('OTHERUSDT'), 95, order_of('OTHERUSDT', 's1'), 'stop-1')),
    'replayed active driven',
    's1 told late: it ended, and stays ended'
);
select is(left_of('OTHERUSDT'), 's2', 's2 alone is left');

-- The one that was called for, when a stream told its arrival before its driver does.
call given('SEENUSDT', 'pending_sl');
select is(
    line(tradelatch.confirm_orders(id('SEENUSDT'), orders_placed => orders_of('SEENUSDT', 's1'))), 'ok pending_sl', 'it arrived'
);
select is(
    line(tradelatch.activate_position(id('SEENUSDT'), fence('SEENUSDT'), 95, order_of('SEENUSDT', 's1'))),
    'ok active driven',
    'and stands'
);
select is(left_of('SEENUSDT'), 's1', 'once');

-- An earlier one for all that is open does, where the one that was called for is named.
call given('BACKUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('BACKUSDT'), v.price, fence => fence('BACKUSDT'))),
    v.line,
    format('to be moved to %s', v.price)
)
from (values
    (96, 'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2'),
    (97, 'ok pending_sl driven, cancel s1 s2, stop_loss sell 10 at 97 reduce-only s3')
) as v (price, line);
select is(
    line(tradelatch.activate_position(
        id('BACKUSDT'), fence('BACKUSDT'), 95, order_of('BACKUSDT', 's1'), orders_ended => array[order_of('BACKUSDT', 's2')]
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s3',
    's1 stands, and is for all that is open: s3 may be on its way'
);
select is(
    line(tradelatch.replace_stop_loss(id('BACKUSDT'), 96, fence => fence('BACKUSDT'))),
    'ok pending_sl driven, cancel s1 s3, stop_loss sell 10 at 96 reduce-only s4',
    'and moved once more'
);
select is(
    line(tradelatch.activate_position(
        id('BACKUSDT'), fence('BACKUSDT'), 97, order_of('BACKUSDT', 's3'), orders_ended => array[order_of('BACKUSDT', 's4')]
    )),
    'ok active driven, cancel s1',
    's4 was refused, s3 stands'
);
select is(
    ((book_row('BACKUSDT')).stop_loss_order, (book_row('BACKUSDT')).stop_loss_price::numeric),
    (order_of('BACKUSDT', 's3') collate "C", 97::numeric),
    'the book has that one'
);
select is(
    event('BACKUSDT'),
    format(
        'activate_position pending_sl>active fence {"orders_ended": ["%s"], "client_order_id": "%s", "stop_loss_price": 97, '
        '"stop_loss_order_id": null}',
        order_of('BACKUSDT', 's4'), order_of('BACKUSDT', 's3')
    ),
    'and the log what ended'
);
-- One for less does not, and the one that was called for gives way to a fresh id.
call given('LESSUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.activate_position(id('LESSUSDT'), fence('LESSUSDT'), 95, order_of('LESSUSDT', 's1'))),
    'ok active driven',
    's1 for 4'
);
select is(
    line(tradelatch.confirm_entry(id('LESSUSDT'), fence('LESSUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s2',
    's2 for 10'
);
select is(
    line(tradelatch.activate_position(
        id('LESSUSDT'), fence('LESSUSDT'), 95, order_of('LESSUSDT', 's1'), orders_ended => array[order_of('LESSUSDT', 's2')]
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 95 reduce-only s3',
    's1 does not protect all that is open'
);
-- Who may not say that the one called for ended, does not: two fences were given it.
call given('SHAREDUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('SHAREDUSDT'), 96)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    's2 is in a first hand'
);
create table former as
select (book_row('SHAREDUSDT')).lease_until + interval '5 seconds' as until;
select is(
    line(tradelatch.take_over(id('SHAREDUSDT'), 'he hangs')),
    'claimed pending_sl driven, cancel s1 s2, stop_loss sell 10 at 96 reduce-only s3',
    's3 in a second'
);
select is(
    line(tradelatch.activate_position(
        id('SHAREDUSDT'), fence('SHAREDUSDT'), 96, order_of('SHAREDUSDT', 's3'),
        orders_ended => array[order_of('SHAREDUSDT', 's1'), order_of('SHAREDUSDT', 's2')]
    )),
    'ok active driven, cancel s2',
    'the second ends s1, which had arrived, and not s2, which the first may still send'
);
call hands_end('SHAREDUSDT');
select is(
    line(tradelatch.activate_position(
        id('SHAREDUSDT'), fence('SHAREDUSDT'), 96, order_of('SHAREDUSDT', 's3'), orders_ended => array[order_of('SHAREDUSDT', 's2')]
    )),
    'replayed active driven',
    'after his lease and the grace time a repeated call ends it'
);

-- Reported late, while it is being closed, rolled back or waiting for its cancels: it is among the cancels.
call given('EXITUSDT', 'pending_sl', filled => 4);
select is(
    line(tradelatch.confirm_entry(id('EXITUSDT'), fence('EXITUSDT'), 10, 100)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 reduce-only s2',
    's1, then s2'
);
select is(
    line(tradelatch.begin_close(id('EXITUSDT'), 'exit', fence => fence('EXITUSDT'))),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'an exit: neither is known to stand'
);
select is(
    line(tradelatch.activate_position(id('EXITUSDT'), fence('EXITUSDT'), 95, order_of('EXITUSDT', 's1'))),
    'ok pending_close driven, cancel s1, close sell 10 reduce-only c1',
    's1 stands'
);
select unchanged(
    $$activate_position(id('EXITUSDT'), fence('EXITUSDT'), 95, order_of('EXITUSDT', 's1'))$$,
    'replayed pending_close driven, cancel s1, close sell 10 reduce-only c1',
    'the same call again'
);
select is(left_of('EXITUSDT'), 'c1 s1 s2', 'all three are left');
select is(
    line(tradelatch.confirm_close(id('EXITUSDT'), 'exit', fence => fence('EXITUSDT'))),
    'ok pending_cancels driven, cancel s1 s2',
    'closed: the stop-losses are left'
);
select is(
    line(tradelatch.activate_position(
        id('EXITUSDT'), fence('EXITUSDT'), 95, order_of('EXITUSDT', 's2'), orders_ended => array[order_of('EXITUSDT', 's1')]
    )),
    'ok pending_cancels driven, cancel s2',
    's2 stands, s1 ended'
);
select is(
    line(tradelatch.activate_position(
        id('EXITUSDT'), fence('EXITUSDT'), 95, order_of('EXITUSDT', 's2'), orders_ended => array[order_of('EXITUSDT', 's2')]
    )),
    'replayed closed driven',
    'a repeated call that ends the last one: the slot is free'
);

-- One without an id of ours.
call given('HANDUSDT', 'pending_sl', filled => 4);
select refused(
    $$activate_position(id('HANDUSDT'), fence('HANDUSDT'), 95, null, orders_ended => array[order_of('HANDUSDT', 's1')])$$,
    '22023 stop_loss_order_id',
    'it has one of the exchange'
);
select refused(
    format($$activate_position(id('HANDUSDT'), fence('HANDUSDT'), 95, null, 'by hand', orders_ended => %L)$$, v.ended),
    '22023 orders_ended',
    format('the one called for was not sent: %s does not say so', v.ended)
)
from (values ('{}'), ('{by hand}'), (format('{%s}', order_of('HANDUSDT', 's2')))) as v (ended);
select is(
    line(tradelatch.activate_position(
        id('HANDUSDT'), fence('HANDUSDT'), 95, null, 'by hand', orders_ended => array[order_of('HANDUSDT', 's1')]
    )),
    'ok active driven',
    'it stands'
);
select is(left_of('HANDUSDT'), 'e1 id:by hand', 'and is left, by the exchange''s id');
select unchanged(
    $$activate_position(id('HANDUSDT'), fence('HANDUSDT'), 95, null, 'by hand', orders_ended => array[order_of('HANDUSDT', 's1')])$$,
    'replayed active driven',
    'the same call again'
);
select is(
    line(tradelatch.replace_stop_loss(id('HANDUSDT'), 96, fence => fence('HANDUSDT'))),
    'ok pending_sl driven, cancel id:by hand, stop_loss sell 4 at 96 reduce-only s3',
    'to be moved: it is in the way, and the id that was never sent is not given again'
);
call given('NAMEDUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('NAMEDUSDT'), 96, fence => fence('NAMEDUSDT'))),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 96 reduce-only s2',
    'to be moved'
);
select is(
    line(tradelatch.activate_position(
        id('NAMEDUSDT'), fence('NAMEDUSDT'), 95, null, 'stop-NAMEDUSDT', orders_ended => array[order_of('NAMEDUSDT', 's2')]
    )),
    'ok active driven',
    'an exchange''s id that was reported beside a client order id names the same order'
);
select is(left_of('NAMEDUSDT'), 's1', 'and is not left twice');
call given('ENTRYUSDT', 'pending_sl', filled => 4);
select refused(
    $$activate_position(
        id('ENTRYUSDT'), fence('ENTRYUSDT'), 95, null, 'entry-ENTRYUSDT-long', orders_ended => array[order_of('ENTRYUSDT', 's1')]
    )$$,
    'TL005',
    'that of the entry is no stop-loss'
);
call given('OWNUSDT', 'pending_sl');
select is(
    line(tradelatch.confirm_orders(id('OWNUSDT'), orders_placed => array['id:mine'], fence => fence('OWNUSDT'))),
    'ok pending_sl driven, stop_loss sell 10 reduce-only s1',
    'told as an order of one''s own'
);
select is(
    line(tradelatch.activate_position(
        id('OWNUSDT'), fence('OWNUSDT'), 95, null, 'mine', orders_ended => array[order_of('OWNUSDT', 's1')]
    )),
    'ok active driven',
    'and then as its stop-loss'
);
select is(
    line(tradelatch.begin_close(id('OWNUSDT'), 'exit')),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'which stays while it is being closed'
);

-- Another one stands, and the call says that the one that stood has ended: a fact that is taken.
call given('FALLENUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('FALLENUSDT'), 97)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'to be moved'
);
select is(
    line(tradelatch.activate_position(id('FALLENUSDT'), fence('FALLENUSDT'), 97, order_of('FALLENUSDT', 's2'))),
    'ok active driven, cancel s1',
    'moved'
);
select is(
    line(tradelatch.activate_position(
        id('FALLENUSDT'), fence('FALLENUSDT'), 95, order_of('FALLENUSDT', 's1'), orders_ended => orders_of('FALLENUSDT', 's2')
    )),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s3',
    'the new one was cancelled instead of the old one: there is to be another one'
);
select is(
    event('FALLENUSDT'),
    format(
        'activate_position active>pending_sl fence %s',
        jsonb_build_object(
            'stop_loss_price', 95, 'client_order_id', order_of('FALLENUSDT', 's1'), 'stop_loss_order_id', null,
            'orders_ended', orders_of('FALLENUSDT', 's2')
        )
    ),
    'the log has it'
);

-- The one that stands has not ended, by whichever name that is said: nothing is active without a stop-loss.
call given('BOTHUSDT', 'active');
select is(
    line(tradelatch.replace_stop_loss(id('BOTHUSDT'), 97)),
    'ok pending_sl driven, cancel s1, stop_loss sell 10 at 97 reduce-only s2',
    'to be moved'
);
select is(
    line(tradelatch.activate_position(
        id('BOTHUSDT'), fence('BOTHUSDT'), 95, order_of('BOTHUSDT', 's1'),
        orders_ended => orders_of('BOTHUSDT', 's2') || text 'id:stop-BOTHUSDT'
    )),
    'ok active driven',
    'the old one stands, and is called ended by its id on the exchange'
);
select is(left_of('BOTHUSDT'), 's1', 'it is left');

select explained();
select * from finish();
rollback;
