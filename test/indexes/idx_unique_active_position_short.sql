-- The other index that carries the guarantee: both and short exclude one another.

begin;
\ir setup.psql
select plan(20);

select is_unique_index('idx_unique_active_position_short', 'symbol, exchange, account');

select is(conflict($$ put('A', 'both') $$), 'taken', 'the first in one-way mode');
select is(conflict($$ put('A', 'short') $$), 'idx_unique_active_position_short', 'both excludes short');
select is(conflict($$ put('B', 'short') $$), 'taken', 'the first in hedge mode');
select is(conflict($$ put('B', 'short') $$), 'idx_unique_active_position_short', 'a second short one is refused');
select is(conflict($$ put('B', 'both') $$), 'idx_unique_active_position_short', 'short excludes both');
select is(conflict($$ put('B', 'long') $$), 'taken', 'short and long stand side by side');

select is(conflict($$ put('A', 'short', exchange => 'bybit') $$), 'taken', 'another exchange is another slot');
select is(conflict($$ put('A', 'short', account => 'second') $$), 'taken', 'another account, too');
select is(conflict($$ put('C', 'short', closed_at => now()) $$), 'taken', 'what is over');
select is(conflict($$ put('C', 'short', closed_at => now()) $$), 'taken', 'may be there again and again');
select is(conflict($$ put('C', 'short') $$), 'taken', 'and excludes nothing');
select is(conflict($$ put('C', 'short') $$), 'idx_unique_active_position_short', 'but what is open does');
update monitoring.positions set status = 'canceled' where symbol = 'C' and closed_at is null;
select is(conflict($$ put('C', 'short') $$), 'taken', 'until it is over');

-- Both rows together are in both indexes: each open row is in one at least.

select is_empty(
    $$
        select v.position_side
        from (values ('both'), ('long'), ('short')) as v (position_side)
        where conflict(format('put(%L, %L)', 'D' || upper(v.position_side), v.position_side)) <> 'taken'
            or conflict(format('put(%L, %L)', 'D' || upper(v.position_side), v.position_side)) = 'taken'
    $$,
    'no position side escapes the two of them'
);

call fill(5000);
analyze monitoring.positions;
select is(
    reads($$
        select id from monitoring.positions
        where closed_at is null and position_side in ('both', 'short') and symbol = 'S1' and exchange = 'binance' and account = 'default'
    $$),
    array['idx_unique_active_position_short'],
    'it finds the holder of a slot among many that are over'
);

drop index monitoring.idx_unique_active_position_short;
select is(conflict($$ put('B', 'short') $$), 'taken', 'without it there would be two short ones');

select * from finish();
rollback;
