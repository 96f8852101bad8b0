-- Deploy tradelatch:views/position_timeline to pg

begin;

set local role tradelatch_owner;

create view tradelatch.position_timeline as
select
    e.position_id,
    e.id as event_id,
    e.at,
    e.event,
    e.from_status,
    e.to_status,
    -- without its random bits, which only its holder knows
    e.fence >> 20 as fence,
    e.details,
    e.user_name,
    e.application_name,
    e.at - lag(e.at) over (partition by e.position_id order by e.id) as since_previous
from monitoring.position_events as e;

comment on view tradelatch.position_timeline is
'The log: what happened to each position, who did it, and how long after the event before. Order by position_id, event_id.';
comment on column tradelatch.position_timeline.event is
'The function that made the move; duplicate_prevented; insert and plain_update for changes that no function made.';
comment on column tradelatch.position_timeline.since_previous is 'Time since the event before of the same position; null for its first.';

grant select on tradelatch.position_timeline to tradelatch_reader;

commit;
