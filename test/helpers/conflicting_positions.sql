-- Open rows that exclude a slot.

begin;
\ir setup.psql
\ir ../indexes/setup.psql
select plan(18);

select is_internal('monitoring.conflicting_positions(text, text, text, text)', 'stable');

select count(put(v.symbol, v.position_side))
from (values ('BOTH', 'both'), ('LONG', 'long'), ('SHORT', 'short'), ('HEDGE', 'long'), ('HEDGE', 'short')) as v (symbol, position_side);
select count(put('OVER', v.position_side, closed_at => now()))
from (values ('both'), ('long'), ('short')) as v (position_side);
select count(put('OTHER', exchange => 'bybit')), count(put('OTHER', account => 'second'));

select is(
    (
        select string_agg(distinct c.position_side, ' ' order by c.position_side)
        from monitoring.conflicting_positions('binance', 'default', v.symbol, v.position_side) as c
    ),
    v.holders,
    format('%s wants %s: held by %s', v.symbol, v.position_side, coalesce(v.holders, 'nobody'))
)
from (values
    ('BOTH', 'both', 'both'), ('BOTH', 'long', 'both'), ('BOTH', 'short', 'both'),
    ('LONG', 'both', 'long'), ('LONG', 'long', 'long'), ('LONG', 'short', null),
    ('HEDGE', 'both', 'long short'), ('HEDGE', 'short', 'short'),
    ('OVER', 'both', null), ('OTHER', 'both', null), ('NOBODY', 'both', null)
) as v (symbol, position_side, holders);
select is(
    (select array_agg(distinct c.position_id) from monitoring.conflicting_positions('binance', 'default', 'SHORT', 'both') as c),
    (select array_agg(p.id::bigint) from monitoring.positions as p where p.symbol = 'SHORT'),
    'it names the position'
);

-- Without those that are over.

call fill();
analyze monitoring.positions;
select is(
    reads(format($$ select * from monitoring.conflicting_positions('binance', 'default', 'S1', %L) $$, v.position_side)),
    v.indexes,
    v.position_side || ' is looked up in ' || array_to_string(v.indexes, ' and ')
)
from (values
    ('both', array['idx_unique_active_position', 'idx_unique_active_position_short']),
    ('long', array['idx_unique_active_position']),
    ('short', array['idx_unique_active_position_short'])
) as v (position_side, indexes);

select * from finish();
rollback;
