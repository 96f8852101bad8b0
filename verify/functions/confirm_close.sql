-- Verify tradelatch:functions/confirm_close on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.confirm_close(bigint, text, text[], numeric, numeric, bigint, uuid, interval, jsonb, timestamptz)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
