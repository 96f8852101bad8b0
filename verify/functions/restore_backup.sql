-- Verify tradelatch:functions/restore_backup on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.restore_backup(uuid, boolean)',
    returns => 'SETOF tradelatch.cleanup_action',
    volatility => 'volatile',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp', 'lock_timeout=2s'],
    executable_by => array['tradelatch_operator']
);

rollback;
