-- Deploy tradelatch:tables/sightings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.sightings (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    symbol monitoring.symbol not null,
    position_side monitoring.position_side not null,
    side monitoring.side,
    quantity monitoring.filled_amount not null,
    average_price monitoring.amount,
    stop_loss_price monitoring.amount,
    stop_loss_order_id monitoring.order_id,
    no_stop_loss_since timestamptz,
    no_stop_loss_until timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (exchange, account, symbol, position_side)
) with (fillfactor = 70);

comment on table monitoring.sightings is
'What the snapshots of an exchange showed in each slot, for how long without a change. A slot that is free in the book and empty on the exchange has no row.';
comment on column monitoring.sightings.side is 'long or short; null where the slot was empty.';
comment on column monitoring.sightings.quantity is 'In units of the base asset; 0 where the slot was empty.';
comment on column monitoring.sightings.no_stop_loss_since is
'observed_at of the first of the snapshots in a row that showed the position without a stop-loss; null where it has one, or nobody looked.';
comment on column monitoring.sightings.no_stop_loss_until is 'observed_at of the latest of them: later ones may not have looked.';
comment on column monitoring.sightings.first_seen_at is
'observed_at of the first of the snapshots in a row that showed this side and quantity, none of them begun within the grace time after a move of the slot.';
comment on column monitoring.sightings.last_seen_at is 'observed_at of the latest of them.';

commit;
