-- Deploy tradelatch:types/seen_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create type monitoring.seen_order as (
    symbol text collate "C",
    client_order_id text collate "C",
    order_id text collate "C",
    position_side text collate "C",
    side text,
    quantity numeric,
    trigger numeric,
    reduce_only boolean
);

comment on type monitoring.seen_order is 'An open order as a list of them shows it; what the list does not say is null.';
comment on column monitoring.seen_order.position_side is 'both, long or short.';
comment on column monitoring.seen_order.side is 'buy or sell.';
comment on column monitoring.seen_order.quantity is 'Null also for one that closes all.';

revoke usage on type monitoring.seen_order from public;

commit;
