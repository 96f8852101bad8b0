-- Verify tradelatch:helpers/check_unmoved on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_unmoved(monitoring.positions, timestamptz)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
