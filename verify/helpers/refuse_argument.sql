-- Verify tradelatch:helpers/refuse_argument on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.refuse_argument(text, text, text)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
