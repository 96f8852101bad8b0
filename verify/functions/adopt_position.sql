-- Verify tradelatch:functions/adopt_position on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.adopt_position(text, text, text, numeric, numeric, '
    'timestamp with time zone, text, text, numeric, text, numeric, uuid, interval, jsonb)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
