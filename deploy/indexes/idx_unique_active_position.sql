-- Deploy tradelatch:indexes/idx_unique_active_position to pg
-- requires: tables/positions
-- One of the two indexes that carry the guarantee: one open position in one-way mode, or one long one.

begin;

set local role tradelatch_owner;

create unique index idx_unique_active_position
on monitoring.positions (symbol, exchange, account)
where closed_at is null and position_side in ('both', 'long');

comment on index monitoring.idx_unique_active_position is
'At most one open position of position_side both or long for each exchange, account and symbol.';

commit;
