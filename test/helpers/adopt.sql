-- What was found comes into the book; tradelatch.adopt_position has the rest.

begin;
\ir ../functions/setup.psql
\ir setup.psql
select plan(9);

select is_internal('monitoring.adopt(monitoring.positions, timestamptz, interval)', 'volatile');

create function adopted(symbol text, lease interval, changes jsonb default '{}', observed_at timestamptz default clock_timestamp())
returns tradelatch.receipt
language sql
volatile
return monitoring.adopt(
    jsonb_populate_record(null::monitoring.positions, '{
        "origin": "adopted", "exchange": "binance", "account": "default", "position_side": "both", "side": "long", "quantity": 10,
        "entry_price": 100, "details": {"by": "test"}
    }' || jsonb_build_object('symbol', adopted.symbol) || adopted.changes),
    adopted.observed_at,
    adopted.lease
);

select is(line(adopted('LEASEUSDT', '1 minute')), 'created pending_sl driven, cancel *, stop_loss sell 10 reduce-only s1', 'with a lease');
select is((adopted('EPOCHUSDT', null)).status, 'pending_sl', 'without a lease');
select is(
    (p.lease_until, monitoring.is_driven(p, clock_timestamp()), monitoring.orders_left(p), p.details)::text,
    (timestamptz 'epoch', false, '{*}'::text[], jsonb '{"by": "test"}')::text,
    'nobody drives it, and no order of it was handed out'
)
from book_row('EPOCHUSDT') as p;
select is((adopted('EPOCHUSDT', null)).outcome, 'existing', 'a slot that is taken is somebody''s');
select is(
    (adopted('STOPUSDT', null, '{"stop_loss_price": 95, "stop_loss_order_id": "9", "stop_loss_percent": 2}')).status, 'active', 'with its stop'
);
select is(
    (p.stop_loss_order, p.stop_loss_attempt, p.stop_loss_percent, monitoring.orders_left(p))::text,
    ('id:9', 0, 2, '{id:9,*}'::text[])::text,
    'it stands, and others may'
)
from book_row('STOPUSDT') as p;

select * from finish();
rollback;
