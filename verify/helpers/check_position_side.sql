-- Verify tradelatch:helpers/check_position_side on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_position_side(text, text, text)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.check_position_side(''Both'', ''short'')',
    monitoring.check_position_side('Both', 'short'),
    'both'
);

rollback;
