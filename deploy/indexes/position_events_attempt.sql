-- Deploy tradelatch:indexes/position_events_attempt to pg
-- Built while others write. A build that was interrupted leaves an invalid index behind, which goes first.

\ir ../settings.psql

\ir ../session_owner.psql

select pg_catalog.format('drop index concurrently %s', i.indexrelid::regclass)
from pg_catalog.pg_index as i
where i.indexrelid = pg_catalog.to_regclass('monitoring.position_events_attempt') and not i.indisvalid
\gexec

create index concurrently if not exists position_events_attempt
on monitoring.position_events ((details ->> 'attempt') collate "C")
where event in (
    'create_position', 'adopt_position', 'begin_close', 'confirm_close', 'replace_stop_loss', 'update_stop_loss',
    'resize_position'
)
and details ->> 'attempt' is not null;

comment on index monitoring.position_events_attempt is
'Which call an attempt was. In the events that are named here the key attempt is the function''s own, in others it may be the caller''s.';

reset role;
