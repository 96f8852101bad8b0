-- Verify tradelatch:helpers/is_coherent on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_coherent(anyelement)',
    returns => 'boolean',
    volatility => 'immutable',
    or_old_writers => true
);

select
    pg_temp.assert_equal(
        format('monitoring.is_coherent of %s', r), monitoring.is_coherent(r), r.is_coherent
    )
from (
    values
    ('active', null::timestamptz, 1::numeric, 'long', 'both', true),
    ('active', null, null, 'long', 'both', false),
    ('active', now(), 1, 'long', 'both', false),
    ('closed', null, 1, 'long', 'both', false),
    ('unknown', null, 1, 'long', 'both', false),
    ('pending_sl', null, null, 'long', 'short', false)
) as r (status, closed_at, stop_loss_price, side, position_side, is_coherent);

rollback;
