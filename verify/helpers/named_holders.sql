-- Verify tradelatch:helpers/named_holders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.named_holders(jsonb, text)',
    returns => 'text',
    volatility => 'immutable'
);

rollback;
