-- Deploy tradelatch:helpers/make_receipt to pg
-- The only place that computes an exchange order.

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. Where kind is a constant, what other kinds need is folded away: a move pays for its own order.
create function monitoring.make_receipt(
    book_row monitoring.positions, outcome text, drives boolean, kind text, cancels text[]
)
returns tradelatch.receipt
language sql
volatile
return row(
    outcome,
    book_row.id::bigint,
    book_row.status,
    case when drives then book_row.fence end,
    case when drives then book_row.lease_until end,
    book_row.exchange::text,
    book_row.account::text,
    book_row.symbol::text,
    book_row.position_side::text,
    kind,
    case when (book_row.side = 'long') = (kind = 'entry') then 'buy' when kind is not null then 'sell' end,
    case kind
        when 'entry' then book_row.quantity::numeric
        when 'stop_loss' then book_row.open_quantity::numeric
        when 'close' then book_row.close_quantity::numeric
    end,
    case kind
        when 'stop_loss' then coalesce(
                book_row.stop_loss_price::numeric,
                trim_scale(
                    coalesce(book_row.average_price, book_row.entry_price)::numeric
                    * (100 + case book_row.side when 'long' then -1 else 1 end * book_row.stop_loss_percent::numeric) * 0.01
                )
            )
    end,
    kind <> 'entry',
    case kind
        when 'entry' then monitoring.entry_order(book_row.origin, book_row.order_key, book_row.exchange_order_id)
        when 'stop_loss' then monitoring.client_order_id(book_row.order_key, 'stop_loss', book_row.stop_loss_attempt)
        when 'close' then monitoring.client_order_id(book_row.order_key, 'close', book_row.close_attempt)
    end,
    cancels,
    clock_timestamp()
)::tradelatch.receipt;

comment on function monitoring.make_receipt(monitoring.positions, text, boolean, text, text[]) is
'The receipt of a position with the order of a kind (entry, stop_loss, close, or null for none), and the orders to cancel. drives: whether it shows fence and lease. Which order a status calls for says monitoring.receipt_of.';

revoke all on function monitoring.make_receipt(monitoring.positions, text, boolean, text, text[]) from public;

commit;
