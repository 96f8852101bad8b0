-- Deploy tradelatch:tables/order_snapshots to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.order_snapshots (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    observed_at timestamptz not null default '-infinity',
    is_complete boolean not null default false,
    is_suspect boolean not null default false,
    missing integer not null default 0,
    max_missing integer not null default 0,
    primary key (exchange, account)
);

comment on table monitoring.order_snapshots is
'The latest list of orders that each account was seen to have. Its row is locked while a list is recorded: one after the other.';
comment on column monitoring.order_snapshots.observed_at is 'When the request to the exchange began.';
comment on column monitoring.order_snapshots.is_suspect is
'More stop-losses were missing in it than may be at once: the absence of no order was recorded.';
comment on column monitoring.order_snapshots.missing is 'How many stop-losses that should have been there were missing.';
comment on column monitoring.order_snapshots.max_missing is 'How many were allowed to be.';

commit;
