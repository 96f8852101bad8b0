-- Verify tradelatch:functions/create_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.create_position(text, text, text, numeric, numeric, text, text, text, uuid, interval, numeric, '
    'bigint, jsonb)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
