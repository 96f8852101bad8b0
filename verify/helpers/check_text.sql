-- Verify tradelatch:helpers/check_text on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_text(text, text, integer, boolean)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_text(''x'', ''y'', 1)', monitoring.check_text('x', 'y', 1), 'y');

rollback;
