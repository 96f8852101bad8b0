-- Verify tradelatch:helpers/without_workers on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.without_workers()',
    returns => 'boolean',
    volatility => 'immutable',
    parallel => 'unsafe',
    executable_by => array['tradelatch_reader']
);

select pg_temp.assert_equal('monitoring.without_workers()', monitoring.without_workers(), true);

rollback;
