-- Deploy tradelatch:views/positions to pg
-- requires: tables/positions
-- requires: tables/marks
-- requires: helpers/client_order_id
-- requires: schemas/tradelatch

begin;

set local role tradelatch_owner;

create view tradelatch.positions as
select
    p.id::bigint as position_id,
    p.exchange::text,
    p.account::text,
    p.symbol::text,
    p.position_side::text,
    p.side::text,
    p.status,
    p.quantity::numeric,
    p.filled_quantity::numeric,
    p.entry_price::numeric,
    p.average_price::numeric,
    p.stop_loss_price::numeric,
    p.open_quantity::numeric,
    p.fence,
    p.lease_until,
    p.origin::text,
    p.request_id::text,
    p.signal as signal_id,
    p.stop_loss_percent::numeric,
    case when p.origin = 'created' then monitoring.client_order_id(p.order_key, 'entry', 1) end as entry_client_order_id,
    p.exchange_order_id::text,
    p.stop_loss_order_id::text,
    p.orders_withheld,
    p.exit_reason::text,
    p.exit_price::numeric,
    p.realized_pnl::numeric,
    p.fees::numeric,
    p.details,
    p.created_at,
    p.opened_at,
    p.activated_at,
    p.updated_at,
    p.closed_at,
    m.price::numeric as mark_price,
    m.unrealized_pnl::numeric,
    m.marked_at
from monitoring.positions as p
left join monitoring.marks as m
    on m.symbol = p.symbol
        and m.exchange = p.exchange
        and m.account = p.account
        and m.position_side = p.position_side
        and m.position_id = p.id;

comment on view tradelatch.positions is
'Every position that was ever opened. Quantities in units of the base asset, prices of the quote asset; the columns are explained at monitoring.positions, the last three at monitoring.marks.';

grant select on tradelatch.positions to tradelatch_reader;

commit;
