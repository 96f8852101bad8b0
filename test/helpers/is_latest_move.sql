-- Is the call a repetition of the latest move?

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.is_latest_move(bigint, text, jsonb)', 'stable');

insert into monitoring.position_events (position_id, event, to_status, details) values
    (1, 'create_position', 'pending_entry', '{}'),
    (1, 'place_entry', 'entry_placed', '{"exchange_order_id": "1"}'),
    (1, 'confirm_close', 'closed', '{"reason": "x", "exit_price": 3.10, "realized_pnl": null, "note": "of the caller"}'),
    (2, 'confirm_flat', 'rolled_back', '{"exit_price": null}'),
    (2, 'duplicate_prevented', 'rolled_back', '{}'),
    (3, 'rollback_position', 'pending_rollback', '{"reason": "x"}'),
    (3, 'claim_stale', 'pending_rollback', '{}'),
    (4, 'activate_position', 'active', '{"stop_loss_price": 3, "stop_loss_order_id": null}'),
    (4, 'plain_update', 'active', '{}');

select is(monitoring.is_latest_move(v.id, v.move, v.arguments::jsonb), v.answer, v.what)
from (values
    (1, 'confirm_close', '{"reason": "x", "exit_price": 3.10, "realized_pnl": null}', true, 'the same call'),
    (1, 'confirm_close', '{"reason": "x", "exit_price": 3.1, "realized_pnl": null}', true, '3.1 is 3.10'),
    (1, 'confirm_close', '{"reason": "y", "exit_price": 3.1, "realized_pnl": null}', false, 'another reason'),
    (1, 'confirm_close', '{"reason": "x", "exit_price": 3.11, "realized_pnl": null}', false, 'another price'),
    (1, 'confirm_close', '{"reason": "x", "exit_price": 3.1, "realized_pnl": 5}', false, 'known now, and was not'),
    (1, 'place_entry', '{"exchange_order_id": "1"}', false, 'an earlier move'),
    (2, 'confirm_flat', '{"exit_price": null}', true, 'a duplicate that was prevented is no move'),
    (3, 'rollback_position', '{"reason": "x"}', true, 'a claim is no move of the one who claimed'),
    (4, 'activate_position', '{"stop_loss_price": 3, "stop_loss_order_id": null}', false, 'a plain UPDATE is a move'),
    (5, 'confirm_flat', '{}', false, 'nothing was logged')
) as v (id, move, arguments, answer, what);
select is(monitoring.is_latest_move(1, 'confirm_close', '{}'), true, 'what the caller did not say may be anything');

select * from finish();
rollback;
