begin;
\ir setup.psql
select plan(77);

select declared(
    'find_order',
    'name text, exchange text = null',
    'TABLE(position_id bigint, kind text, is_left boolean)',
    'tradelatch_reader'
);
select is(p.provolatile, 's', 'find_order reads only')
from pg_proc as p
where p.oid = 'tradelatch.find_order'::regproc;

-- Its rows are no receipts.
create function line(answer record)
returns text
language plpgsql
immutable
as $$
begin
    return answer::text;
end
$$;

-- Whose order a name is: SYMBOL kind left|ended, one each.
create function found(name text, exchange text default null)
returns text
language sql
stable
security definer
return (
    select string_agg(concat_ws(' ', p.symbol, p.exchange, f.kind, case when f.is_left then 'left' else 'ended' end), ', ' order by p.id)
    from tradelatch.find_order(found.name, found.exchange) as f
    inner join monitoring.positions as p on p.id = f.position_id
);

-- One of ours, in whatever status its position is.
call given_each();
select is(found(order_of(v.symbol, v.ending)), v.found, format('%s %s', v.symbol, v.ending))
from (values
    ('PENDING_ENTRY', 'e1', 'PENDING_ENTRY binance entry left'),
    ('ENTRY_PLACED', 'e1', 'ENTRY_PLACED binance entry left'),
    ('PENDING_SL', 'e1', 'PENDING_SL binance entry ended'),
    ('PENDING_SL', 's1', 'PENDING_SL binance stop_loss left'),
    ('PENDING_SL', 's2', 'PENDING_SL binance stop_loss ended'),
    ('ACTIVE', 's1', 'ACTIVE binance stop_loss left'),
    ('ACTIVE', 'c1', 'ACTIVE binance close ended'),
    ('PENDING_CLOSE', 'c1', 'PENDING_CLOSE binance close left'),
    ('PENDING_ROLLBACK', 'c1', 'PENDING_ROLLBACK binance close left'),
    ('PENDING_CANCELS', 's1', 'PENDING_CANCELS binance stop_loss left'),
    ('PENDING_CANCELS', 'c1', 'PENDING_CANCELS binance close ended'),
    ('CLOSED', 's1', 'CLOSED binance stop_loss ended'),
    ('ROLLED_BACK', 'e1', 'ROLLED_BACK binance entry ended'),
    ('CANCELED', 'e1', 'CANCELED binance entry ended'),
    ('FAILED', 'e1', 'FAILED binance entry ended')
) as v (symbol, ending, found);
select is(
    (tradelatch.release_position(id('PENDING_CLOSE'), 'by hand')).status, 'closed', 'one is released, whatever is left'
);
select is(
    found(order_of('PENDING_CLOSE', 's1')), 'PENDING_CLOSE binance stop_loss left', 'its stop-loss is not known to have ended'
);

-- By the exchange's id: of open positions, the entry and the stop-loss among ours, and those without an id of ours.
call given('NAMESUSDT', 'active', filled => 4);
select is(line(tradelatch.confirm_orders(id('NAMESUSDT'), orders_placed => array['tp-1', 'id:tp-2'])), 'ok active', 'two of one''s own');
select is(found(v.name), v.found, v.name)
from (values
    ('id:entry-NAMESUSDT-long', 'NAMESUSDT binance entry left'),
    ('id:stop-NAMESUSDT', 'NAMESUSDT binance stop_loss left'),
    ('tp-1', 'NAMESUSDT binance own left'),
    ('id:tp-2', 'NAMESUSDT binance own left'),
    ('tp-2', null),
    ('stop-NAMESUSDT', null),
    ('id:who', null)
) as v (name, found);
select is(line(tradelatch.update_stop_loss(id('NAMESUSDT'), 96, 'moved')), 'ok active', 'the exchange replaced the stop-loss');
select is(found(v.name), v.found, v.name || ', after that')
from (values
    ('id:moved', 'NAMESUSDT binance stop_loss left'),
    ('id:stop-NAMESUSDT', 'NAMESUSDT binance stop_loss left')
) as v (name, found);
select is(
    line(tradelatch.confirm_orders(id('NAMESUSDT'), array['id:stop-NAMESUSDT'])), 'ok active', 'the one before ended'
);
select is(found('id:stop-NAMESUSDT'), 'NAMESUSDT binance stop_loss ended', 'that the exchange''s id was ours is remembered');
select is(found('id:stop-CLOSED'), null, 'of one that is over it is not');

-- The same id on two exchanges, and on two accounts of one.
create table places as
select *
from (values ('binance', 'default'), ('binance', 'second'), ('bybit', 'default')) as p (exchange, account);
select is(
    line(tradelatch.adopt_position(
        p.exchange, 'SAMEUSDT', 'long', 10, 100, clock_timestamp(), account => p.account, stop_loss_price => 90,
        stop_loss_order_id => '4711'
    )),
    'created active driven, cancel *',
    format('found on %s %s', p.exchange, p.account)
)
from places as p;
select is(found('id:4711', v.exchange), v.found, format('id:4711 of %s', coalesce(v.exchange, 'any exchange')))
from (values
    (null, 'SAMEUSDT binance stop_loss left, SAMEUSDT binance stop_loss left, SAMEUSDT bybit stop_loss left'),
    ('bybit', 'SAMEUSDT bybit stop_loss left'),
    (' BinanceUSDM ', 'SAMEUSDT binance stop_loss left, SAMEUSDT binance stop_loss left'),
    ('okx', null)
) as v (exchange, found);
select is(
    found(order_of('ACTIVE', 's1'), v.exchange), v.found, format('one of ours of %s', v.exchange)
)
from (values ('binance', 'ACTIVE binance stop_loss left'), ('okx', null)) as v (exchange, found);

-- Names that look like ours.
select is(found(v.name), null, format('nobody''s: %s', v.name))
from (values
    ('tl0123456789abcdef012345s1'),
    ('x' || order_of('ACTIVE', 's1')),
    (upper(order_of('ACTIVE', 's1'))),
    (order_of('ACTIVE', 's')),
    (order_of('ACTIVE', '')),
    ('id:' || order_of('ACTIVE', 's1'))
) as v (name);

-- Who may.
select is(
    (try('find_order(''nobody'')', look => 'select ''answered''', role => r.role)).seen, 'answered', r.role
)
from (values ('tradelatch_reader'), ('tradelatch_bot'), ('tradelatch_operator')) as r (role);

-- What is refused.
select refused_values('find_order', '{"exchange": "binance"}', 'name', bad_texts(103), role => 'tradelatch_reader');
select refused_values('find_order', '{"name": "id:1"}', 'exchange', optional(bad_texts(50)), role => 'tradelatch_reader');

select * from finish();
rollback;
