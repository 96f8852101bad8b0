-- Verify tradelatch:helpers/end_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.end_position(uuid, bigint, text, text, text, jsonb)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
