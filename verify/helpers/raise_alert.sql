-- Verify tradelatch:helpers/raise_alert on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
