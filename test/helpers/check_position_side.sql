-- both, long, short.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.check_position_side(text, text, text)', 'immutable');
select is(monitoring.check_position_side(v.value, v.side), v.position_side, format('%s, %s', v.value, v.side))
from (values
    ('both', 'long', 'both'), ('both', 'short', 'both'), ('long', 'long', 'long'), ('short', 'short', 'short'), (' BOTH ', 'long', 'both')
) as v (value, side, position_side);
select is(
    answer(format('monitoring.check_position_side(%L, %L)', v.value, v.side)),
    '22023 position_side',
    format('refuses %s for %s', coalesce(v.value, 'null'), v.side)
)
from (values
    (null, 'long'), ('', 'long'), ('net', 'long'), ('buy', 'long'), ('long', 'short'), ('short', 'long'), (repeat('x', 1000), 'long')
) as v (value, side);

select * from finish();
rollback;
