-- Deploy tradelatch:types/receipt to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create type tradelatch.receipt as (
    outcome text,
    position_id bigint,
    status text,
    fence bigint,
    lease_until timestamptz,
    exchange text collate "C",
    account text collate "C",
    symbol text collate "C",
    position_side text collate "C",
    order_kind text,
    order_side text,
    order_quantity numeric,
    order_price numeric,
    order_reduce_only boolean,
    order_client_order_id text collate "C",
    order_cancels text [] collate "C",
    answered_at timestamptz
);

comment on type tradelatch.receipt is
'What every lifecycle function returns: where the position stands, and the next exchange order that it calls for. Read it by name.';
comment on column tradelatch.receipt.outcome is
'created; existing (the slot or the request is somebody''s: no fence, no lease, no order); replayed (this call was done before); claimed; duplicate; else ok.';
comment on column tradelatch.receipt.fence is
'The number that the driver shows with every call. Null for a caller that does not drive the position.';
comment on column tradelatch.receipt.lease_until is
'No order may be sent after this time. Null for a caller that does not drive the position.';
comment on column tradelatch.receipt.order_kind is
'entry, stop_loss or close; null when no order is called for. An entry on a claimed receipt is looked up on the exchange, never sent.';
comment on column tradelatch.receipt.order_side is 'buy or sell.';
comment on column tradelatch.receipt.order_quantity is 'In units of the base asset.';
comment on column tradelatch.receipt.order_price is 'The trigger of a stop-loss in units of the quote asset, where it is known; null for other orders.';
comment on column tradelatch.receipt.order_reduce_only is 'False for an entry, true for every other order.';
comment on column tradelatch.receipt.order_client_order_id is
'One for each position, kind and attempt at that kind; at most 32 of a-z 0-9; unique across databases.';
comment on column tradelatch.receipt.order_cancels is
'Orders to cancel before that (''unknown order'' is fine): client order ids, or id: and the exchange''s id where the order has none of ours. May stand alone.';

comment on column tradelatch.receipt.answered_at is 'The database''s clock when it answered, for callers that compare lease_until.';

grant usage on type tradelatch.receipt to tradelatch_reader;
revoke usage on type tradelatch.receipt from public;

commit;
