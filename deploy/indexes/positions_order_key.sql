-- Deploy tradelatch:indexes/positions_order_key to pg
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.positions_order_key') and not i.indisvalid
\gexec

create unique index concurrently if not exists positions_order_key
on monitoring.positions (order_key);

comment on index monitoring.positions_order_key is
'Whose order is this: every client order id begins with the order key. Keys rise with time, so that they are entered at its end.';

reset role;
