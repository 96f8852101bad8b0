-- Verify tradelatch:helpers/is_latest_move on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_latest_move(bigint, text, jsonb)',
    returns => 'boolean',
    volatility => 'stable'
);

rollback;
