-- Verify tradelatch:functions/lock_holders on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.lock_holders()',
    returns => concat(
        'TABLE(exchange text, account text, symbol text, pid integer, user_name text, application_name text, ',
        'is_holder boolean, since timestamp with time zone)'
    ),
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
