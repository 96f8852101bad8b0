-- Verify tradelatch:helpers/check_entry_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_entry_order(monitoring.positions, text)',
    returns => 'void',
    volatility => 'stable'
);

rollback;
