-- Verify tradelatch:helpers/back_up on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.back_up(uuid, monitoring.positions, text, text, boolean)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
