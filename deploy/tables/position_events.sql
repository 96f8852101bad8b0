-- Deploy tradelatch:tables/position_events to pg
-- The log. Triggers on monitoring.positions write it; nothing updates or deletes it.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.position_events (
    id bigint generated always as identity,
    position_id bigint not null,
    at timestamptz not null default clock_timestamp(),
    event text not null,
    from_status text,
    to_status text not null,
    fence bigint,
    details jsonb not null default '{}',
    user_name text not null default session_user,
    application_name text not null default current_setting('application_name'),
    primary key (position_id, id)
);

-- A BRIN index is a hundred times smaller, and reads all of itself: the last hour took a hundred times as long after years.
create index position_events_at on monitoring.position_events (at);

comment on table monitoring.position_events is
'Append-only log of every position: moves, changes of the drive, prevented duplicates, plain UPDATEs. Within one position the ids are in the order of the moves; across positions they are not in the order of the commits.';
comment on column monitoring.position_events.event is
'The function that made the move; duplicate_prevented; insert and plain_update for changes that no function made.';
comment on column monitoring.position_events.from_status is 'The status before it; null when the row was made.';
comment on column monitoring.position_events.fence is 'The fence that was valid after the event; null for the call of somebody who does not drive.';
comment on column monitoring.position_events.details is 'The arguments of the call, and whatever the caller added.';
comment on column monitoring.position_events.user_name is 'session_user of the caller.';
comment on column monitoring.position_events.application_name is 'application_name of the caller''s session: the worker.';

-- What a revert kept of an earlier deploy. A table that was given back had none of it, and begins anew when it is taken over.
select pg_catalog.count(*) = 0 as is_ours
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass
    and a.attname = 'signal_id'
    and not a.attisdropped
\gset

\if :is_ours

\ir ../adoption/archive.psql
do $$
begin
    perform pg_temp.put_back_archive('position_events');
end
$$;

\endif

commit;
