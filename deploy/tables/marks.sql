-- Deploy tradelatch:tables/marks to pg
-- Ticks come ten times a second: they rewrite these small rows, not the book's. One row for each slot, so that the table stays
-- as small as the list of symbols.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.marks (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    symbol monitoring.symbol not null,
    position_side monitoring.position_side not null,
    position_id bigint not null,
    price monitoring.amount not null,
    unrealized_pnl monitoring.money,
    marked_at timestamptz not null,
    primary key (exchange, account, symbol, position_side)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

comment on table monitoring.marks is
'The latest mark of each slot, written by tradelatch.record_marks. Pages are kept four fifths empty: a tick finds room for the new row beside the old one, which the next tick clears away.';
comment on column monitoring.marks.position_id is 'The position that was marked; a later one of the same slot has no mark until its own.';
comment on column monitoring.marks.price is 'Mark price, in units of the quote asset.';
comment on column monitoring.marks.unrealized_pnl is 'In units of the quote asset; null where the caller did not say.';
comment on column monitoring.marks.marked_at is 'When it was recorded, by the database''s clock.';

commit;
