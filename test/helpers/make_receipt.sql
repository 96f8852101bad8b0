-- A receipt with the order of a kind. Which kind a status calls for: receipt_of.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.make_receipt(monitoring.positions, text, boolean, text, text[])', 'volatile');

create function order_of(kind text, origin text default 'created')
returns text
language sql
as $$
    select concat_ws(
        ' ',
        r.order_kind, r.order_side, trim_scale(r.order_quantity), 'at ' || trim_scale(r.order_price),
        case r.order_reduce_only when true then 'reduce-only' when false then 'opening' end,
        r.order_client_order_id, 'cancel ' || array_to_string(r.order_cancels, ' ')
    )
    from monitoring.make_receipt(
        jsonb_populate_record(null::monitoring.positions, '{
            "id": 7, "side": "short", "quantity": 10, "entry_price": 100, "open_quantity": 4, "close_quantity": 6, "order_key": "K",
            "stop_loss_percent": 2, "stop_loss_attempt": 3, "close_attempt": 5, "exchange_order_id": "88", "fence": 1
        }' || jsonb_build_object('origin', order_of.origin)),
        'ok', true, order_of.kind, array['x']
    ) as r
$$;

select is(order_of('entry'), 'entry sell 10 opening Ke1 cancel x', 'an entry');
select is(order_of('entry', 'adopted'), 'entry sell 10 opening id:88 cancel x', 'one that is not ours, by the exchange''s id');
select is(order_of('stop_loss'), 'stop_loss buy 4 at 102 reduce-only Ks3 cancel x', 'a stop-loss for what is open');
select is(order_of('close'), 'close buy 6 reduce-only Kc5 cancel x', 'a close');
select is(order_of(null), 'cancel x', 'none, and what is to cancel');
select is(
    (r.fence, r.lease_until, r.order_cancels)::text, '(,,)', 'who does not drive sees neither fence nor lease'
)
from monitoring.make_receipt(jsonb_populate_record(null::monitoring.positions, '{"fence": 1}'), 'existing', false, null, null) as r;

select * from finish();
rollback;
