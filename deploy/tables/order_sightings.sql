-- Deploy tradelatch:tables/order_sightings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.order_sightings (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    symbol monitoring.symbol not null,
    name text collate "C" not null,
    position_id bigint,
    problem text not null,
    side text,
    quantity numeric,
    trigger numeric,
    moved_at timestamptz not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
) with (fillfactor = 70);

create unique index order_sightings_order
on monitoring.order_sightings (exchange, account, symbol, name, position_id) nulls not distinct;

comment on table monitoring.order_sightings is
'Where lists of orders are not what the book has, and for how long without a change. An order that is as it should be has no row.';
comment on column monitoring.order_sightings.name is
'Client order id, or id: and the exchange''s id; * for closing orders that nobody can name, among them the stop-loss of an active position where no order is known to be it.';
comment on column monitoring.order_sightings.position_id is 'Whose order it is; null where no position has handed it out.';
comment on column monitoring.order_sightings.problem is
'absent: it is left in the book, arrived, and is not listed; of *: nothing that it stands for is. orphaned: one of ours, of a position that is over or does not know it. mismatched: a stop-loss with another trigger or quantity than the book''s.';
comment on column monitoring.order_sightings.side is 'buy or sell, where the list said it.';
comment on column monitoring.order_sightings.quantity is 'What the list said; null where it was not listed, closes all, or nobody said.';
comment on column monitoring.order_sightings.trigger is 'What the list said; null where it was not listed, or nobody said.';
comment on column monitoring.order_sightings.moved_at is
'When what was looked for had last moved: the orders of its position, for a mismatch also its quantity, or its end.';
comment on column monitoring.order_sightings.first_seen_at is
'observed_at of the first of the lists in a row that said so, none of them begun within the grace time after such a move.';
comment on column monitoring.order_sightings.last_seen_at is 'observed_at of the latest of them.';

commit;
