-- Verify tradelatch:helpers/is_proven on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_proven(timestamp with time zone,timestamp with time zone,timestamp with time zone)',
    returns => 'boolean',
    volatility => 'immutable',
    parallel => 'safe'
);

rollback;
