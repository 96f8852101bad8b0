-- Every position.

begin;
\ir setup.psql
select plan(15);

select is_read_only('positions');
select is(
    columns_of('positions'),
    array[
        'position_id bigint', 'exchange text', 'account text', 'symbol text', 'position_side text', 'side text', 'status text',
        'quantity numeric', 'filled_quantity numeric', 'entry_price numeric', 'average_price numeric', 'stop_loss_price numeric',
        'stop_loss_order text', 'open_quantity numeric', 'order_key text', 'orders_left text[]', 'is_driven boolean', 'is_in_hand boolean', 'is_unguarded boolean', 'is_unprotected boolean',
        'lease_until timestamp with time zone', 'origin text', 'request_id text',
        'signal_id bigint', 'stop_loss_percent numeric', 'entry_client_order_id text', 'exchange_order_id text',
        'stop_loss_order_id text', 'orders_withheld boolean', 'exit_reason text', 'exit_price numeric', 'realized_pnl numeric', 'fees numeric', 'details jsonb',
        'created_at timestamp with time zone', 'opened_at timestamp with time zone', 'activated_at timestamp with time zone',
        'updated_at timestamp with time zone', 'exposure_at timestamp with time zone', 'orders_at timestamp with time zone',
        'closed_at timestamp with time zone', 'mark_price numeric', 'unrealized_pnl numeric',
        'marked_at timestamp with time zone'
    ],
    'its columns are settled, and of PostgreSQL''s own types'
);

select position_id as created, fence, order_client_order_id as entry
from tradelatch.create_position(
    'binance', 'APTUSDT', 'short', 61.8, 3.2333, request_id => 'signal:5483266', signal_id => 5483266, stop_loss_percent => 2,
    details => '{"strategy": "x"}'
)
\gset
select position_id as adopted
from tradelatch.adopt_position(
    'bybit', 'AVLUSDT', 'long', 43, 0.1358, now(), account => 'second', position_side => 'long', stop_loss_price => 0.13
)
\gset
select lives_ok(
    format(
        $$
            select tradelatch.confirm_entry(%1$s, %2$s, 61, 3.23, '53190368');
            select tradelatch.activate_position(%1$s, %2$s, 3.29, %3$L, 'stop-1');
            select tradelatch.confirm_close(%1$s, 'stop-loss', array[%3$L, %4$L], 3.3, -5.49)
        $$,
        :created, :fence, left(:'entry', 24) || 's1', :'entry'
    ),
    'one lives its whole life'
);
select results_eq(
    'select v.* from tradelatch.positions as v order by v.position_id',
    $$
        select
            p.id::bigint, p.exchange::text, p.account::text, p.symbol::text, p.position_side::text, p.side::text, p.status,
            p.quantity::numeric,
            p.filled_quantity::numeric, p.entry_price::numeric, p.average_price::numeric, p.stop_loss_price::numeric,
            p.stop_loss_order, p.open_quantity::numeric, p.order_key, monitoring.orders_left(p),
            monitoring.is_driven(p, clock_timestamp()), monitoring.is_in_hand(p),
            monitoring.is_unguarded(p.orders_arrived, p.orders_in_hand, p.own_orders, p.stop_loss_order), false, p.lease_until, p.origin::text, p.request_id::text, p.signal,
            p.stop_loss_percent::numeric, case p.origin when 'created' then p.order_key || 'e1' end, p.exchange_order_id::text,
            p.stop_loss_order_id::text, p.orders_withheld, p.exit_reason::text, p.exit_price::numeric, p.realized_pnl::numeric, p.fees::numeric, p.details,
            p.created_at, p.opened_at, p.activated_at, p.updated_at, p.exposure_at, p.orders_at, p.closed_at, null::numeric, null::numeric, null::timestamptz
        from monitoring.positions as p
        order by p.id
    $$,
    'it says what the book says, of what is over, too'
);
select is(
    (select v.entry_client_order_id from tradelatch.positions as v where v.position_id = :created), :'entry',
    'the entry''s client order id is the one that was given'
);
select is(
    (select v.entry_client_order_id from tradelatch.positions as v where v.position_id = :adopted), null,
    'what was found has none'
);

select * from finish();
rollback;
