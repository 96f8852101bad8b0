-- Deploy tradelatch:views/positions to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    p.stop_loss_order,
    p.open_quantity::numeric,
    p.order_key,
    monitoring.orders_left(p.book_row) as orders_left,
    monitoring.is_driven(p.book_row, clock_timestamp()) as is_driven,
    monitoring.is_in_hand(p.book_row) as is_in_hand,
    monitoring.is_unguarded(p.orders_arrived, p.orders_in_hand, p.own_orders, p.stop_loss_order) as is_unguarded,
    p.closed_at is null
    and p.open_quantity > 0
    and case p.status
        when 'active' then p.id::bigint in (select g.* from monitoring.stops_gone() as g)
        -- one that nobody can name stands until another one was asked for
        else p.stop_loss_order is null and not (p.stop_loss_attempt = 0 and '*' = any(p.orders_arrived))
    end as is_unprotected,
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
    p.exposure_at,
    p.orders_at,
    p.closed_at,
    p.mark_price,
    p.mark_profit as unrealized_pnl,
    p.marked_at
from monitoring.priced_positions as p
where monitoring.is_shown(p.exchange, p.account);

comment on view tradelatch.positions is
'Every position that was ever opened. Quantities in units of the base asset, prices of the quote asset.';

comment on column tradelatch.positions.stop_loss_order is 'Name of the stop-loss that is known to stand; null where none is known to.';
comment on column tradelatch.positions.orders_left is
'Names of the orders that are not known to have ended: client order ids, or id: and the exchange''s id; * stands for closing orders that nobody can name.';
comment on column tradelatch.positions.is_in_hand is 'Whether somebody may still send one of them.';
comment on column tradelatch.positions.is_unguarded is
'Whether an order beside the stop-loss is left that the database handed out, or that was its stop-loss: claim_stale takes an active position for it.';
comment on column tradelatch.positions.is_unprotected is
'Whether something is open and no stop-loss is known to stand: none was placed, it ended, or lists of the exchange prove it gone.';
comment on column tradelatch.positions.is_driven is 'Whether somebody holds the right to send its orders now.';
comment on column tradelatch.positions.position_id is 'Number of the position, monitoring.positions.id.';
comment on column tradelatch.positions.status is 'Where it stands; monitoring.position_statuses says what each status means.';
comment on column tradelatch.positions.signal_id is 'The signal that it was opened for, as the bot numbers them.';
comment on column tradelatch.positions.entry_client_order_id is 'Client order id of the entry; null where the entry was not ours.';
comment on column tradelatch.positions.exit_reason is 'Why it was closed or rolled back, or is about to be; null before.';
comment on column tradelatch.positions.exit_price is
'At what price it was closed, in units of the quote asset; null where nobody said.';
comment on column tradelatch.positions.realized_pnl is
'Profit that was realized, in units of the quote asset; null where nobody said.';
comment on column tradelatch.positions.fees is 'Fees that were paid, in units of the quote asset; null where nobody said.';
comment on column tradelatch.positions.details is 'Whatever the caller of create_position or adopt_position added.';
comment on column tradelatch.positions.created_at is 'When its row was made: before its entry order was sent.';
comment on column tradelatch.positions.updated_at is 'When it last moved.';
comment on column tradelatch.positions.mark_price is
'Price that was last recorded by record_marks, or in a table that was taken over written into the row, whichever is newer.';
comment on column tradelatch.positions.unrealized_pnl is 'Profit at that price, as recorded with it, in units of the quote asset.';
comment on column tradelatch.positions.marked_at is 'When that was recorded; null where it is not known.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.positions', 'monitoring.positions');

grant select on tradelatch.positions to tradelatch_reader;

commit;
