-- Deploy tradelatch:views/health to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.health as
with book as (
    select
        count(*) as open_positions,
        min(o.created_at) filter (where o.status <> 'active' or o.is_unguarded) as oldest_unfinished,
        count(*) filter (where o.is_unprotected) as without_stop_loss
    from tradelatch.open_positions as o
),

statuses as (
    select jsonb_object_agg(s.status, coalesce(c.positions, 0)) as open_by_status
    from monitoring.position_statuses as s
    left join (
        select
            o.status,
            count(*) as positions
        from tradelatch.open_positions as o
        group by o.status
    ) as c on c.status = s.status
    where s.is_open
),

last_day as (
    select
        coalesce(
            sum(
                coalesce(
                    (
                        select r.refused
                        from monitoring.refusals as r
                        where r.event_id = e.id
                    ),
                    1
                )
            ) filter (where e.event = 'duplicate_prevented'),
            0
        )::bigint as duplicates_prevented,
        count(*) filter (where e.from_status <> e.to_status and e.to_status = 'pending_rollback') as rollbacks,
        count(*) filter (where e.event = 'create_position') as openings
    from monitoring.position_events as e
    where e.at > now() - interval '24 hours' and monitoring.is_position_shown(e.position_id)
)

select
    statuses.open_by_status,
    book.open_positions,
    last_day.duplicates_prevented,
    round(last_day.rollbacks::numeric / nullif(last_day.openings, 0), 4) as rollback_rate,
    book.oldest_unfinished,
    clock_timestamp() - book.oldest_unfinished as oldest_unfinished_age,
    book.without_stop_loss,
    (select case when s.is_called then s.last_value else 0 end from monitoring.stale_fences as s) as stale_fences_refused,
    monitoring.is_shown(null, null) as sees_all_accounts,
    (select t.taken_at from monitoring.findings_turn as t) as findings_recorded_at
from book
cross join statuses
cross join last_day;

comment on view tradelatch.health is 'The book in one row.';
comment on column tradelatch.health.open_by_status is 'How many positions stand in each open status.';
comment on column tradelatch.health.open_positions is 'How many positions are open.';
comment on column tradelatch.health.duplicates_prevented is 'How often a second opening of a slot or request was prevented within a day.';
comment on column tradelatch.health.rollback_rate is 'Rollbacks begun within a day, in relation to the positions created within it; null when there were none.';
comment on column tradelatch.health.oldest_unfinished is
'When the oldest position that somebody has to go on with was created: open and not active, or with an order beside its stop-loss.';
comment on column tradelatch.health.oldest_unfinished_age is 'How long ago that was.';
comment on column tradelatch.health.without_stop_loss is 'Positions with something open and no stop-loss known to stand: is_unprotected of tradelatch.positions.';
comment on column tradelatch.health.stale_fences_refused is 'Calls with a fence that was not the current one, since the schema was deployed.';
comment on column tradelatch.health.sees_all_accounts is
'Whether it counts every account, or only those that the reader was granted; see grant_account.';
comment on column tradelatch.health.findings_recorded_at is
'When record_findings began last, whoever called it; null where nobody did. Long ago: nobody raises the alerts of what is overdue.';

grant select on tradelatch.health to tradelatch_reader;

commit;
