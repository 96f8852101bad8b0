-- Verify tradelatch:helpers/accounts_are_apart on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.accounts_are_apart()',
    returns => 'boolean',
    volatility => 'stable',
    parallel => 'safe',
    executable_by => array['tradelatch_reader']
);

rollback;
