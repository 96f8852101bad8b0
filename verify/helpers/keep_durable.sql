-- Verify tradelatch:helpers/keep_durable on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.keep_durable()',
    returns => 'text',
    volatility => 'volatile'
);

rollback;
