-- One of the two indexes that carry the guarantee: both and long exclude one another.

begin;
\ir setup.psql
select plan(24);

select is_unique_index('idx_unique_active_position', 'symbol, exchange, account');

select is(conflict($$ put('A', 'both') $$), 'taken', 'the first in one-way mode');
select isnt(conflict($$ put('A', 'both') $$), 'taken', 'a second one is refused');
select is(conflict($$ put('A', 'long') $$), 'idx_unique_active_position', 'both excludes long');
select is(conflict($$ put('B', 'long') $$), 'taken', 'the first in hedge mode');
select is(conflict($$ put('B', 'long') $$), 'idx_unique_active_position', 'a second long one is refused');
select is(conflict($$ put('B', 'both') $$), 'idx_unique_active_position', 'long excludes both');
select is(conflict($$ put('B', 'short') $$), 'taken', 'long and short stand side by side');

select is(conflict($$ put('A', exchange => 'bybit') $$), 'taken', 'another exchange is another slot');
select is(conflict($$ put('A', account => 'second') $$), 'taken', 'another account, too');
select is(conflict($$ put('C', closed_at => now()) $$), 'taken', 'what is over');
select is(conflict($$ put('C', closed_at => now()) $$), 'taken', 'may be there again and again');
select is(conflict($$ put('C') $$), 'taken', 'and excludes nothing');
select is(conflict($$ put('C') $$), 'idx_unique_active_position', 'but what is open does');
update monitoring.positions set status = 'canceled' where symbol = 'C' and closed_at is null;
select is(conflict($$ put('C') $$), 'taken', 'until it is over');

-- Nothing is null in the key: a null would be no conflict.

select col_not_null('monitoring', 'positions', c.name, c.name || ' is never null')
from unnest(array['symbol', 'exchange', 'account', 'position_side']) as c (name);

-- With many positions that are over.

call fill();
analyze monitoring.positions;
select is(
    reads($$
        select id from monitoring.positions
        where closed_at is null and position_side in ('both', 'long') and symbol = 'S1' and exchange = 'binance' and account = 'default'
    $$),
    array['idx_unique_active_position'],
    'it finds the holder of a slot'
);

-- It is this index that does it.

drop index monitoring.idx_unique_active_position;
select is(conflict($$ put('B', 'long') $$), 'taken', 'without it there would be two long ones');

select * from finish();
rollback;
