-- Deploy tradelatch:indexes/positions_closed_at to pg
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.positions_closed_at') and not i.indisvalid
\gexec

create index concurrently if not exists positions_closed_at
on monitoring.positions (symbol, closed_at)
where closed_at is not null;

comment on index monitoring.positions_closed_at is 'Which slots became free lately: what the exchange showed before that, or shortly after, proves nothing. By symbol, so that each is found by itself: by time alone, every slot would read what all of them closed.';

reset role;
