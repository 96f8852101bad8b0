-- Verify tradelatch:helpers/quantity_to_close on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.quantity_to_close(numeric, numeric)',
    returns => 'numeric',
    volatility => 'immutable',
    parallel => 'safe'
);

select pg_temp.assert_equal('monitoring.quantity_to_close(10, 4)', monitoring.quantity_to_close(10, 4), 10);
select pg_temp.assert_equal('monitoring.quantity_to_close(0, 7)', monitoring.quantity_to_close(0, 7), 7);

rollback;
