-- Deploy tradelatch:indexes/idx_unique_active_position to pg
-- One of the two indexes that carry the guarantee: one open position in one-way mode, or one long one.
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.idx_unique_active_position') and not i.indisvalid
\gexec

create unique index concurrently if not exists idx_unique_active_position
on monitoring.positions (symbol, exchange, account)
where closed_at is null and position_side in ('both', 'long');

comment on index monitoring.idx_unique_active_position is
'At most one open position of position_side both or long for each exchange, account and symbol.';

reset role;
