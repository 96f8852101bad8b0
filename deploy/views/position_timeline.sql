-- Deploy tradelatch:views/position_timeline to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    case
        when e.event = 'duplicate_prevented'
            then e.details || coalesce(
                    (
                        select jsonb_build_object('refused', r.refused, 'last_refused_at', r.last_at)
                        from monitoring.refusals as r
                        where r.event_id = e.id and r.refused > 1
                    ),
                    '{}'
                )
        else e.details
    end as details,
    e.user_name,
    e.application_name,
    e.at - lag(e.at) over (partition by e.position_id order by e.id) as since_previous
from monitoring.position_events as e
where monitoring.is_position_shown(e.position_id);

comment on view tradelatch.position_timeline is
'The log: what happened to each position, who did it, and how long after the event before. Order by position_id, event_id.';
comment on column tradelatch.position_timeline.since_previous is 'Time since the event before of the same position; null for its first.';
comment on column tradelatch.position_timeline.position_id is 'Whose history it is; order by position_id, event_id.';
comment on column tradelatch.position_timeline.event_id is 'Number of the event; within one position in the order of the moves.';
comment on column tradelatch.position_timeline.at is 'When it happened.';
comment on column tradelatch.position_timeline.to_status is 'The status after it; the same as from_status where it did not change.';
comment on column tradelatch.position_timeline.fence is
'Number of the drive that was valid after it, which rises with each change of hands; null for the call of somebody who does not drive.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.position_timeline', 'monitoring.position_events');

grant select on tradelatch.position_timeline to tradelatch_reader;

commit;
