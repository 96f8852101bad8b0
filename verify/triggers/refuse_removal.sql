-- Verify tradelatch:triggers/refuse_removal on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'positions_refuse_removal',
    on_table => 'monitoring.positions',
    fires => 'BEFORE DELETE OR TRUNCATE',
    for_each => 'STATEMENT',
    calls => 'monitoring.refuse_removal()'
);

select pg_temp.assert_function(
    'monitoring.refuse_removal()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

rollback;
