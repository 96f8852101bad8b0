-- Deploy tradelatch:views/positions to pg
-- requires: tables/positions
-- requires: helpers/client_order_id
-- requires: schemas/tradelatch

begin;

set local role tradelatch_owner;

create view tradelatch.positions as
select
    p.id as position_id,
    p.exchange,
    p.account,
    p.symbol,
    p.position_side,
    p.side,
    p.status,
    p.quantity,
    p.filled_quantity,
    p.entry_price,
    p.average_price,
    p.stop_loss_price,
    p.open_quantity,
    p.fence,
    p.lease_until,
    p.origin,
    p.request_id,
    p.signal_id,
    p.stop_loss_percent,
    case when p.origin = 'created' then monitoring.client_order_id(p.order_key, 'entry', 1) end as entry_client_order_id,
    p.exchange_order_id,
    p.stop_loss_order_id,
    p.exit_reason,
    p.exit_price,
    p.realized_pnl,
    p.fees,
    p.details,
    p.created_at,
    p.opened_at,
    p.activated_at,
    p.updated_at,
    p.closed_at
from monitoring.positions as p;

comment on view tradelatch.positions is
'Every position that was ever opened. Quantities in units of the base asset, prices of the quote asset; the columns are explained at monitoring.positions.';

grant select on tradelatch.positions to tradelatch_reader;

commit;
