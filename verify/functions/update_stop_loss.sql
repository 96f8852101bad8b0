-- Verify tradelatch:functions/update_stop_loss on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.update_stop_loss(bigint, numeric, text, text[], uuid, interval)',
    returns => 'tradelatch.receipt',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_bot']
);

rollback;
