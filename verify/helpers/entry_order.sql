-- Verify tradelatch:helpers/entry_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.entry_order(text, text, text)',
    returns => 'text',
    volatility => 'immutable',
    parallel => 'safe'
);

rollback;
