-- Verify tradelatch:helpers/put_back on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.put_back(monitoring.positions, monitoring.positions, uuid)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
