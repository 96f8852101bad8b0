-- One position from intent to close: four moves, four commits.
\set number random(1, 1000000000)
select position_id, fence from tradelatch.create_position(exchange => 'binance', symbol => 'T' || :number || 'USDT', side => 'long', quantity => 1.5, entry_price => 100) \gset
select order_client_order_id as stop_loss from tradelatch.confirm_entry(position_id => :position_id, fence => :fence, filled_quantity => 1.5, average_price => 100.1) \gset
select outcome from tradelatch.activate_position(position_id => :position_id, fence => :fence, stop_loss_price => 98, client_order_id => :stop_loss);
select outcome from tradelatch.confirm_close(position_id => :position_id, reason => 'take_profit', orders_ended => array[:stop_loss], exit_price => 101);
