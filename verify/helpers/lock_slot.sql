-- Verify tradelatch:helpers/lock_slot on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.lock_slot(text, text, text)',
    returns => 'boolean',
    volatility => 'volatile'
);

rollback;
