-- Deploy tradelatch:indexes/idx_unique_position_request to pg
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.idx_unique_position_request') and not i.indisvalid
\gexec

create unique index concurrently if not exists idx_unique_position_request
on monitoring.positions (request_id, exchange, account)
where request_id is not null;

comment on index monitoring.idx_unique_position_request is 'One position for each exchange, account and request, for ever.';

reset role;
