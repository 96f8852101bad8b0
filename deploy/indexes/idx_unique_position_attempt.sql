-- Deploy tradelatch:indexes/idx_unique_position_attempt to pg
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.idx_unique_position_attempt') and not i.indisvalid
\gexec

create unique index concurrently if not exists idx_unique_position_attempt
on monitoring.positions (attempt)
where attempt is not null;

comment on index monitoring.idx_unique_position_attempt is 'A call that is repeated finds what it made, also when that is over. Attempts that rise with time (UUIDs of version 7, as the client makes them) are entered at its end; random ones anywhere, each into a page of its own, which has to be read, and written to the WAL as a whole after a checkpoint.';

reset role;
