-- Verify tradelatch:helpers/may_protect on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.may_protect(monitoring.positions, numeric)',
    returns => 'boolean',
    volatility => 'immutable'
);

rollback;
