-- Verify tradelatch:helpers/check_name on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_name(text, text, integer, boolean)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_name(''x'', '' y '', 3)', monitoring.check_name('x', ' y ', 3), 'y');

rollback;
