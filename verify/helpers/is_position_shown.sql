-- Verify tradelatch:helpers/is_position_shown on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_position_shown(bigint)',
    returns => 'boolean',
    volatility => 'stable',
    executable_by => array['tradelatch_reader']
);

rollback;
