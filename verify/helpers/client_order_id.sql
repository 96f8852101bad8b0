-- Verify tradelatch:helpers/client_order_id on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.client_order_id(text, text, integer)',
    returns => 'text',
    volatility => 'immutable',
    executable_by => array['tradelatch_reader']
);

select pg_temp.assert_equal(
    'monitoring.client_order_id(''tl0'', ''stop_loss'', 2)',
    monitoring.client_order_id('tl0', 'stop_loss', 2),
    'tl0s2'
);

rollback;
