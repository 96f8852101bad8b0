begin;
\ir setup.psql
select plan(82);

-- create_position, called again: by request_id and by attempt.

-- A request: one position, for ever.

select is(
    line(tradelatch.create_position(
        'bybit', 'REQUSDT', 'short', 10, 100, request_id => 'signal:1', stop_loss_percent => 2,
        attempt => '00000000-0000-0000-0000-0000000000a1'
    )),
    'created pending_entry driven, entry sell 10 opening e1',
    'a request'
);
select is(
    line(tradelatch.create_position(
        'bybit', s.symbol, 'short', s.quantity, 100.0,
        request_id => 'signal:1', stop_loss_percent => 2.0, attempt => s.attempt::uuid,
        lease => s.lease, signal_id => s.signal_id, details => s.details
    )),
    'existing pending_entry',
    'the same request ' || s.variant
)
from (values
    ('without an attempt', 'REQUSDT', 10, null, interval '1 minute', null, jsonb '{}'),
    ('from another attempt', 'REQUSDT', 10, '00000000-0000-0000-0000-0000000000a2', '1 minute', null, '{}'),
    ('in another spelling', 'req/usdt:usdt', 10.000, null, '1 minute', null, '{}'),
    ('with another lease', 'REQUSDT', 10, null, '2 minutes', null, '{}'),
    ('with a signal', 'REQUSDT', 10, null, '1 minute', 1, '{}'),
    ('with details', 'REQUSDT', 10, null, '1 minute', null, '{"key": 1}')
) as s (variant, symbol, quantity, attempt, lease, signal_id, details);

create table mismatches as
select
    m.argument,
    format(
        'create_position('
        'exchange => ''bybit'', symbol => %L, side => %L, quantity => %L, entry_price => %L, position_side => %L, '
        'stop_loss_percent => %L, request_id => ''signal:1''',
        m.symbol, m.side, m.quantity, m.entry_price, m.position_side, m.stop_loss_percent
    ) as call
from (values
    ('symbol', 'REQUSDC', 'short', 10, 100, 'both', 2),
    ('position_side', 'REQUSDT', 'short', 10, 100, 'short', 2),
    ('side', 'REQUSDT', 'long', 10, 100, 'both', 2),
    ('quantity', 'REQUSDT', 'short', 10.1, 100, 'both', 2),
    ('entry_price', 'REQUSDT', 'short', 10, 100.1, 'both', 2),
    ('stop_loss_percent', 'REQUSDT', 'short', 10, 100, 'both', 2.1),
    ('a stop_loss_percent of none', 'REQUSDT', 'short', 10, 100, 'both', null)
) as m (argument, symbol, side, quantity, entry_price, position_side, stop_loss_percent);

select refused(m.call || ')', 'TL005', 'the same request with another ' || m.argument)
from mismatches as m;
select refused(
    m.call || $$, attempt => '00000000-0000-0000-0000-0000000000a1')$$,
    'TL005',
    'the same request and attempt with another ' || m.argument
)
from mismatches as m;
select is(
    (try((select m.call || ')' from mismatches as m where m.argument = 'quantity'))).detail::jsonb ->> 'position_id',
    id('REQUSDT')::text,
    'DETAIL names the position that the request was'
);
select is(
    (tradelatch.create_position(
        s.exchange, s.symbol, 'short', 10, 100, account => s.account, request_id => s.request_id
    )).outcome,
    'created',
    format('another request: "%s" "%s" "%s"', s.exchange, s.account, s.request_id)
)
from (values
    ('binance', 'default', 'signal:1', 'REQUSDT'),
    ('bybit', 'second', 'signal:1', 'REQUSDT'),
    ('bybit', 'default', 'signal:2', 'REQUSDC'),
    ('bybit', 'default', 'Signal:1', 'REQUSDE')
) as s (exchange, account, request_id, symbol);

-- Where the slot is taken, a request of that name elsewhere does not matter.
select is(
    (tradelatch.create_position(s.exchange, s.symbol, 'long', 10, 100, account => s.account)).outcome,
    'created',
    format('the slot is taken without a request: "%s" "%s"', s.exchange, s.account)
)
from (values ('okx', 'default', 'HELDUSDT'), ('bybit', 'third', 'HELDUSDT')) as s (exchange, account, symbol);
select is(
    line(tradelatch.create_position(s.exchange, s.symbol, 'long', 10, 100, account => s.account, request_id => 'signal:1')),
    'existing pending_entry',
    format('another request: "%s" "%s"', s.exchange, s.account)
)
from (values ('okx', 'default', 'HELDUSDT'), ('bybit', 'third', 'HELDUSDT')) as s (exchange, account, symbol);

-- Whatever became of it.
create table ended (request_id text, status text, position_id bigint);
do $$
declare
    v_status text;
    v_position tradelatch.receipt;
begin
    foreach v_status in array array['closed', 'rolled_back', 'canceled', 'failed'] loop
        v_position := tradelatch.create_position(
            'bybit', 'ENDUSDT', 'long', 10, 100, request_id => 'ended:' || v_status, attempt => md5(v_status)::uuid
        );
        if v_status = 'failed' then
            call claim('ENDUSDT');
            perform tradelatch.fail_position(v_position.position_id, fence('ENDUSDT'), 'test');
        elsif v_status = 'canceled' then
            perform tradelatch.cancel_position(v_position.position_id, v_position.fence, 'test');
        else
            perform tradelatch.confirm_entry(v_position.position_id, v_position.fence, 10, 100);
            if v_status = 'rolled_back' then
                perform tradelatch.rollback_position(v_position.position_id, v_position.fence, 'test');
                perform tradelatch.confirm_flat(v_position.position_id, v_position.fence, orders_of('ENDUSDT', 's1'));
            else
                perform tradelatch.activate_position(v_position.position_id, v_position.fence, 95, order_of('ENDUSDT', 's1'));
                perform tradelatch.confirm_close(v_position.position_id, 'test', orders_of('ENDUSDT', 's1'));
            end if;
        end if;
        insert into ended values ('ended:' || v_status, v_status, v_position.position_id);
    end loop;
end
$$;
-- Somebody else holds the slot meanwhile.
select is(
    (tradelatch.create_position('bybit', 'ENDUSDT', 'long', 10, 100)).outcome, 'created', 'the slot is free, and taken again'
);
select is(
    line(tradelatch.create_position('bybit', 'ENDUSDT', 'long', 10, 100, request_id => e.request_id)),
    'existing ' || e.status,
    'a request that is over is existing: ' || e.status
)
from ended as e;
select is(
    (tradelatch.create_position('bybit', 'ENDUSDT', 'long', 10, 100, request_id => e.request_id)).position_id,
    e.position_id,
    'and it is told which position it was: ' || e.status
)
from ended as e;

-- An attempt: one call, and its retries.

select unchanged(
    format(
        $$create_position('bybit', 'ENDUSDT', 'long', 10, 100, request_id => %L, attempt => %L)$$,
        e.request_id, md5(e.status)
    ),
    case e.status
        when 'failed' then 'replayed failed'
        else format('replayed %s driven', e.status)
    end,
    'a repeated call whose position is ' || e.status
)
from ended as e;

call given('A1USDT', 'pending_entry', attempt => '00000000-0000-0000-0000-0000000000b1');
select unchanged(
    $$create_position('binance', 'A1/USDT', 'LONG', 10.0, 100.0, attempt => '00000000-0000-0000-0000-0000000000b1')$$,
    'replayed pending_entry driven, entry buy 10 opening e1',
    'a repeated call gets fence and order'
);
select unchanged(
    format(
        $$create_position(
            'binance', 'A1USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000b1',
            lease => %L, signal_id => %L, details => %L
        )$$,
        s.lease, s.signal_id, s.details
    ),
    'replayed pending_entry driven, entry buy 10 opening e1',
    'TL005 does not compare ' || s.argument
)
from (values
    ('lease', interval '1 hour', null, jsonb '{}'),
    ('signal_id', '1 minute', 7, '{}'),
    ('details', '1 minute', null, '{"key": 1}')
) as s (argument, lease, signal_id, details);
call lapse('A1USDT', '1 hour');
select unchanged(
    $$create_position('binance', 'A1USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000b1')$$,
    'replayed pending_entry driven, entry buy 10 opening e1',
    'also after its lease, as long as its fence is the current one: lease_until is as it was'
);
select refused(
    format(
        $$create_position(
            %L, %L, %L, %L, %L, %L, %L, %L, stop_loss_percent => %L, attempt => '00000000-0000-0000-0000-0000000000b1'
        )$$,
        s.exchange, s.symbol, s.side, s.quantity, s.entry_price, s.account, s.position_side, s.request_id, s.stop_loss_percent
    ),
    'TL005',
    'the same attempt with another ' || s.argument
)
from (values
    ('exchange', 'bybit', 'A1USDT', 'long', 10, 100, 'default', 'both', null, null),
    ('symbol', 'binance', 'A1USDC', 'long', 10, 100, 'default', 'both', null, null),
    ('side', 'binance', 'A1USDT', 'short', 10, 100, 'default', 'both', null, null),
    ('quantity', 'binance', 'A1USDT', 'long', 9, 100, 'default', 'both', null, null),
    ('entry_price', 'binance', 'A1USDT', 'long', 10, 99, 'default', 'both', null, null),
    ('account', 'binance', 'A1USDT', 'long', 10, 100, 'second', 'both', null, null),
    ('position_side', 'binance', 'A1USDT', 'long', 10, 100, 'default', 'long', null, null),
    ('request_id', 'binance', 'A1USDT', 'long', 10, 100, 'default', 'both', 'signal:9', null),
    ('stop_loss_percent', 'binance', 'A1USDT', 'long', 10, 100, 'default', 'both', null, 1)
) as s (argument, exchange, symbol, side, quantity, entry_price, account, position_side, request_id, stop_loss_percent);
select is(
    line(tradelatch.create_position('binance', 'A1USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000b2')),
    'existing pending_entry',
    'another attempt is somebody else'
);

-- It answers with what is due now.
call given('B1USDT', 'entry_placed', attempt => md5('B1USDT')::uuid);
call given('B2USDT', 'pending_sl', attempt => md5('B2USDT')::uuid);
call given('B3USDT', 'active', attempt => md5('B3USDT')::uuid);
call given('B4USDT', 'pending_close', attempt => md5('B4USDT')::uuid);
call given('B5USDT', 'pending_rollback', attempt => md5('B5USDT')::uuid);
call given('B6USDT', 'pending_cancels', attempt => md5('B6USDT')::uuid);
call given('B7USDT', 'active', attempt => md5('B7USDT')::uuid, filled => 4);
select unchanged(
    format($$create_position('binance', %L, 'long', 10, 100, attempt => %L)$$, s.symbol, md5(s.symbol)),
    s.line,
    'the repeated call shows where the position stands: ' || s.line
)
from (values
    ('B1USDT', 'replayed entry_placed driven'),
    ('B2USDT', 'replayed pending_sl driven, stop_loss sell 10 reduce-only s1'),
    ('B3USDT', 'replayed active driven'),
    ('B4USDT', 'replayed pending_close driven, close sell 10 reduce-only c1'),
    ('B5USDT', 'replayed pending_rollback driven, cancel s1, close sell 10 reduce-only c1'),
    ('B6USDT', 'replayed pending_cancels driven, cancel s1'),
    ('B7USDT', 'replayed active driven')
) as s (symbol, line);

-- Only while the fence that it was given is the current one.
call given('C1USDT', 'active', attempt => md5('C1USDT')::uuid);
select is(
    line(tradelatch.begin_close(
        id('C1USDT'), 'an exit of its own', fence => fence('C1USDT'), attempt => '00000000-0000-0000-0000-0000000000c1'
    )),
    'ok pending_close driven, close sell 10 reduce-only c1',
    'the driver begins to close, in a call with an attempt of its own'
);
select unchanged(
    format($$create_position('binance', 'C1USDT', 'long', 10, 100, attempt => %L)$$, md5('C1USDT')),
    'replayed pending_close driven, close sell 10 reduce-only c1',
    'the fence is the same, so the repeated creation has it'
);

call claim('A1USDT');
call claim('B1USDT');
call claim('B2USDT');
call claim('B4USDT');
call claim('B5USDT');
call claim('B6USDT');
call claim('B7USDT');
select unchanged(
    format($$create_position('binance', %L, 'long', 10, 100, attempt => %L)$$, s.symbol, s.attempt),
    s.line,
    'after claim_stale it carries nothing: ' || s.line
)
from (values
    ('A1USDT', '00000000-0000-0000-0000-0000000000b1', 'replayed pending_entry'),
    ('B1USDT', md5('B1USDT'), 'replayed entry_placed'),
    ('B2USDT', md5('B2USDT'), 'replayed pending_sl'),
    ('B4USDT', md5('B4USDT'), 'replayed pending_close'),
    ('B5USDT', md5('B5USDT'), 'replayed pending_rollback'),
    ('B6USDT', md5('B6USDT'), 'replayed pending_cancels'),
    ('B7USDT', md5('B7USDT'), 'replayed active')
) as s (symbol, attempt, line);

select isnt(
    (tradelatch.begin_close(id('B3USDT'), 'somebody else')).fence,
    null,
    'somebody else begins to close'
);
select unchanged(
    format($$create_position('binance', 'B3USDT', 'long', 10, 100, attempt => %L)$$, md5('B3USDT')),
    'replayed pending_close',
    'and the repeated creation carries nothing'
);
select is(
    line(tradelatch.confirm_close(id('B3USDT'), 'somebody else', orders_of('B3USDT', 's1'), fence => fence('B3USDT'))),
    'ok closed driven',
    'somebody else has closed'
);
select unchanged(
    format($$create_position('binance', 'B3USDT', 'long', 10, 100, attempt => %L)$$, md5('B3USDT')),
    'replayed closed',
    'nor when it is over'
);

-- An attempt is one call: not another one's.
select refused(
    $$create_position('binance', 'C2USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000c1')$$,
    'TL005',
    'an attempt that was a begin_close'
);
select is(
    (tradelatch.adopt_position(
        'binance', 'C3USDT', 'long', 10, 100, clock_timestamp(), attempt => '00000000-0000-0000-0000-0000000000c3'
    )).outcome,
    'created',
    'an adoption'
);
select refused(
    $$create_position('binance', 'C3USDT', 'long', 10, 100, attempt => '00000000-0000-0000-0000-0000000000c3')$$,
    'TL005',
    'an attempt that was an adoption'
);

select explained();
select * from finish();
rollback;
