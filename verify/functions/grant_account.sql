-- Verify tradelatch:functions/grant_account on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.grant_account(name, text, text)',
    returns => 'integer',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
