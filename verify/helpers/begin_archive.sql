-- Verify tradelatch:helpers/begin_archive on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.begin_archive(interval, text, integer)',
    returns => 'bigint',
    volatility => 'volatile'
);

rollback;
