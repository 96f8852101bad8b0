-- Deploy tradelatch:views/alerts to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.alerts as
select
    a.id as alert_id,
    a.at,
    a.alert,
    a.severity,
    a.position_id,
    a.exchange,
    a.account,
    a.symbol,
    a.position_side,
    case
        when a.alert = 'duplicate_prevented'
            then a.detail || coalesce(
                    (
                        select jsonb_build_object('refused', r.refused, 'last_refused_at', r.last_at)
                        from monitoring.refusals as r
                        where r.event_id = (a.detail ->> 'event_id')::bigint and r.refused > 1
                    ),
                    '{}'
                )
        else a.detail
    end as detail,
    a.user_name,
    a.application_name,
    a.xid
from monitoring.alerts as a
where a.exchange is null or monitoring.is_shown(a.exchange, a.account);

comment on view tradelatch.alerts is
'What a person must know. NOTIFY tradelatch_alert wakes readers, but not always: look every few seconds, too. Read it from an xid on, and go on from pg_snapshot_xmin(pg_current_snapshot()) of the same query: none is missed.';
comment on column tradelatch.alerts.alert_id is 'Number of the alert; not in the order of the commits.';
comment on column tradelatch.alerts.at is 'When it was raised.';
comment on column tradelatch.alerts.position_id is 'The position that it is about; null where it is about none.';
comment on column tradelatch.alerts.detail is 'What is known about it; it depends on the alert. refused: how many a duplicate_prevented tells of by now.';
comment on column tradelatch.alerts.user_name is 'session_user of the caller who raised it.';
comment on column tradelatch.alerts.application_name is 'application_name of that caller''s session: the worker.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.alerts', 'monitoring.alerts', 'monitoring.positions');

grant select on tradelatch.alerts to tradelatch_reader;

commit;
