-- Key of the advisory lock.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.slot_key(text, text, text)', 'immutable');
select is(
    monitoring.slot_key('binance', 'default', 'APTUSDT'),
    monitoring.slot_key('binance', 'default', 'APTUSDT'),
    'one slot, one key'
);
select is(count(distinct monitoring.slot_key(s.exchange, s.account, s.symbol)), 6::bigint, 'the parts do not run into one another')
from (values
    ('binance', 'default', 'APTUSDT'), ('binance', 'defaulta', 'PTUSDT'), ('binanced', 'efault', 'APTUSDT'),
    ('default', 'binance', 'APTUSDT'), ('binance', 'APTUSDT', 'default'), ('binance', 'default', 'AVLUSDT')
) as s (exchange, account, symbol);
select is(
    count(distinct monitoring.slot_key('binance', 'default', 'S' || i)),
    200000::bigint,
    'two hundred thousand symbols do not collide'
)
from generate_series(1, 200000) as i;

select * from finish();
rollback;
