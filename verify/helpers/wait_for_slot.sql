-- Verify tradelatch:helpers/wait_for_slot on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.wait_for_slot(text, text, text)',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
