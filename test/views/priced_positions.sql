-- The book with what each position was last known to be worth. Of what older modules write into a table that was taken over:
-- test/adoption/test_prices.py.

begin;
\ir setup.psql
select plan(5);

select view_owner_is('monitoring'::name, 'priced_positions'::name, 'tradelatch_owner'::name);

select position_id as apt
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset
select position_id as other
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333, account => 'second')
\gset
create temporary view told as
select
    p.id::bigint as id,
    p.mark_price,
    p.mark_profit,
    p.marked_at is not null as is_marked
from monitoring.priced_positions as p
where p.id in (:apt, :other);

select results_eq(
    'select * from told order by id',
    format('values (%s::bigint, null::numeric, null::numeric, false), (%s, null, null, false)', :apt, :other),
    'without a mark there is nothing to tell, and the positions are there'
);
select is(tradelatch.record_marks('binance', '[{"symbol": "APTUSDT", "price": "3.2011", "unrealized_pnl": 1.99}]'), 1, 'one is marked');
select results_eq(
    'select * from told order by id',
    format('values (%s::bigint, 3.2011, 1.99, true), (%s, null, null, false)', :apt, :other),
    'and that is told of it alone'
);

select tradelatch.release_position(:apt, 'test');
select tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333);
select tradelatch.record_marks('binance', '[{"symbol": "APTUSDT", "price": 4}]');
select is(
    (select t.mark_price from told as t where t.id = :apt), null, 'the slot has a mark for one position, the latest'
);

select * from finish();
rollback;
