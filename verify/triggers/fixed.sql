-- Verify tradelatch:triggers/fixed on pg

begin;

\ir ../assert.psql

select pg_temp.assert_trigger(
    'positions_fixed',
    on_table => 'monitoring.positions',
    fires => 'BEFORE UPDATE OF id, exchange, account, symbol, position_side, side, quantity, entry_price, '
    'stop_loss_percent, origin, request_id, attempt, signal, order_key, created_at',
    for_each => 'ROW',
    calls => 'monitoring.refuse_fixed_change()'
);

select pg_temp.assert_function(
    'monitoring.refuse_fixed_change()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

rollback;
