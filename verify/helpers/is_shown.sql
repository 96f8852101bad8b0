-- Verify tradelatch:helpers/is_shown on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_shown(text, text)',
    returns => 'boolean',
    volatility => 'stable',
    executable_by => array['tradelatch_reader']
);

rollback;
