-- Verify tradelatch:helpers/may_end on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.may_end(monitoring.positions, text, boolean)',
    returns => 'boolean',
    volatility => 'volatile'
);

rollback;
