-- Verify tradelatch:helpers/is_known_attempt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_known_attempt(uuid, bigint, text, jsonb)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
