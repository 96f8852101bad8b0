-- Verify tradelatch:helpers/may_use on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.may_use(text, text)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
