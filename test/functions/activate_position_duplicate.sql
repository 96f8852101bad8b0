begin;
\ir setup.psql
select plan(34);

-- activate_position where another open row holds the slot: an index is missing, and a row was put in by hand.

call given('D1USDT', 'pending_sl');
call given('D2USDT', 'pending_sl', 'short', 'short');
call given('D3USDT', 'pending_sl', 'long', 'long', filled => 4);
call given('D4USDT', 'pending_sl');
drop index monitoring.idx_unique_active_position;
drop index monitoring.idx_unique_active_position_short;
create table twins as
select
    t.symbol, t.position_side, id(t.symbol) as position_id, fence(t.symbol) as fence, order_of(t.symbol, 's1') as stop_loss,
    null::bigint as other_id
from (values
    ('D1USDT', 'both'), ('D2USDT', 'both'), ('D3USDT', 'long')
) as t (symbol, position_side);
insert into monitoring.positions (exchange, symbol, position_side, side, quantity, entry_price, status)
select 'binance', t.symbol, t.position_side, 'long', 7, 100, 'pending_entry'
from twins as t;
update twins as t set other_id = id(t.symbol);
insert into monitoring.positions (
    exchange, account, symbol, position_side, side, quantity, entry_price, status, stop_loss_price, closed_at
)
values
('binance', 'default', 'D4USDT', 'both', 'long', 7, 100, 'closed', null, now()),
('binance', 'second', 'D4USDT', 'both', 'long', 7, 100, 'active', 95, null),
('bybit', 'default', 'D4USDT', 'both', 'long', 7, 100, 'active', 95, null),
('binance', 'default', 'D4USDC', 'both', 'long', 7, 100, 'active', 95, null);

select is(
    line(tradelatch.activate_position(
        t.position_id, t.fence, case t.symbol when 'D2USDT' then 105 else 95 end, t.stop_loss, details => '{"tries": 1}'
    )),
    'duplicate pending_rollback driven',
    t.symbol || ' is a duplicate: no order'
)
from twins as t;
select is(
    (
        select concat_ws(
            ' ', e.event, e.from_status, e.to_status, e.fence = t.fence, e.details ->> 'duplicate_of', e.details ->> 'tries'
        )
        from monitoring.position_events as e
        where e.position_id = t.position_id
        order by e.id desc
        limit 1
    ),
    format('activate_position pending_sl pending_rollback t %s 1', t.other_id),
    t.symbol || ': the log says of which position'
)
from twins as t;
select is(
    (select p.status from monitoring.positions as p where p.id = t.other_id),
    'pending_entry',
    t.symbol || ': the other one is left alone'
)
from twins as t;
select unchanged(
    format(
        'activate_position(%s, %s, %s, %L, details => ''{"tries": 1}'')',
        t.position_id, t.fence, case t.symbol when 'D2USDT' then 105 else 95 end, t.stop_loss
    ),
    'replayed pending_rollback driven',
    t.symbol || ': the same call again'
)
from twins as t;
select is(
    line(tradelatch.activate_position(t.position_id, t.fence, 94, t.stop_loss)),
    'ok pending_rollback driven',
    t.symbol || ': another call: it stays, without an order'
)
from twins as t
where t.symbol <> 'D2USDT';
select is(
    (select string_agg(replace(o.name, left(t.stop_loss, 24), ''), ' ' order by o.name)
    from tradelatch.orders as o where o.position_id = t.position_id),
    case t.symbol when 'D3USDT' then 'e1 s1' else 's1' end,
    t.symbol || ': its stop-loss is left, and an entry that may still fill; no close was handed out'
)
from twins as t;

select is(
    line(tradelatch.renew_lease(t.position_id, t.fence)),
    'ok pending_rollback driven',
    t.symbol || ': no order in a later receipt'
)
from twins as t;
select is(
    line(tradelatch.confirm_entry(t.position_id, t.fence, 11, 100)),
    'ok pending_rollback driven',
    t.symbol || ': no order when it grows'
)
from twins as t;
select refused(
    format('reissue_order(%s, %s, %L, ''test'')', t.position_id, t.fence, p.order_key || 'c' || p.close_attempt),
    'TL002',
    t.symbol || ': there is no order to issue again'
)
from twins as t
inner join monitoring.positions as p on p.id = t.position_id;
do $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p
    set lease_until = p.lease_until - interval '1 day'
    where p.id in (select t.position_id from twins as t);
    perform set_config('session_replication_role', 'origin', true);
end
$$;
select results_eq(
    $$select line(r) from tradelatch.claim_stale() as r$$,
    array['claimed pending_rollback driven', 'claimed pending_rollback driven', 'claimed pending_rollback driven'],
    'no order for whoever claims it, either'
);
update twins as t set fence = p.fence from monitoring.positions as p where p.id = t.position_id;
select is(
    line(tradelatch.confirm_flat(t.position_id, t.fence, orders_ended => array[t.stop_loss])),
    'ok rolled_back driven',
    t.symbol || ': it ends when nothing is left of it'
)
from twins as t
where t.symbol <> 'D1USDT';
select is(
    line(tradelatch.confirm_flat(t.position_id, t.fence)),
    'ok pending_cancels driven',
    t.symbol || ': nothing is open, and the stop-loss is left: that is withheld, too'
)
from twins as t
where t.symbol = 'D1USDT';
select is(
    line(tradelatch.take_over(t.position_id, 'it is mine')),
    'claimed pending_cancels driven, cancel s1',
    t.symbol || ': an operator is told what to cancel'
)
from twins as t
where t.symbol = 'D1USDT';
select is(
    line(tradelatch.confirm_orders(t.position_id, array[t.stop_loss])),
    'ok rolled_back',
    t.symbol || ': cancelled'
)
from twins as t
where t.symbol = 'D1USDT';
select is(
    line(tradelatch.activate_position(
        (select min(p.id) from monitoring.positions as p where p.symbol = 'D4USDT'),
        (select p.fence from monitoring.positions as p where p.symbol = 'D4USDT' order by p.id limit 1),
        95,
        (select p.order_key || 's1' from monitoring.positions as p where p.symbol = 'D4USDT' order by p.id limit 1)
    )),
    'ok active driven',
    'what is over, or in another slot, is no duplicate'
);


select explained();
select * from finish();
rollback;
