-- Deploy tradelatch:views/events to pg
-- Without the time since the event before: whoever asks for the last hour does not read years.

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.events as
select
    e.id as event_id,
    e.at,
    e.event,
    e.from_status,
    e.to_status,
    e.position_id,
    p.exchange::text,
    p.account::text,
    p.symbol::text,
    p.position_side::text,
    p.created_at,
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
    e.application_name
from monitoring.position_events as e
inner join monitoring.positions as p on p.id = e.position_id
where monitoring.is_shown(p.exchange, p.account);

comment on view tradelatch.events is
'The log of all positions. Ask it for a stretch of time (at); for the history of one position ask position_timeline.';
comment on column tradelatch.events.created_at is 'When the position was created.';
comment on column tradelatch.events.event_id is 'Number of the event; across positions not in the order of the commits.';
comment on column tradelatch.events.at is 'When it happened.';
comment on column tradelatch.events.position_id is 'Whose event it is.';
comment on column tradelatch.events.to_status is 'The status after it; the same as from_status where it did not change.';
comment on column tradelatch.events.fence is
'Number of the drive that was valid after it, which rises with each change of hands; null for the call of somebody who does not drive.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.events', 'monitoring.position_events', 'monitoring.positions');

grant select on tradelatch.events to tradelatch_reader;

commit;
