-- Deploy tradelatch:tables/alerts to pg
-- What a person must know, in a log of its own: whoever was away catches up from it, and the ordinary moves, which raise no
-- alert, pay nothing for that. Ids are not in the order of the commits, so a row carries its transaction's id: whoever has read
-- everything below pg_snapshot_xmin has missed nothing.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.alerts (
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    alert text not null,
    severity text not null,
    position_id bigint,
    exchange text collate "C",
    account text collate "C",
    symbol text collate "C",
    position_side text collate "C",
    detail jsonb not null,
    user_name text not null default session_user,
    application_name text not null default current_setting('application_name'),
    primary key (xid, id)
);

comment on table monitoring.alerts is
'What a person must know. NOTIFY tradelatch_alert, without a payload, wakes who reads it.';
comment on column monitoring.alerts.xid is
'The transaction that raised it. Below pg_snapshot_xmin(pg_current_snapshot()) nothing is added any more.';
comment on column monitoring.alerts.alert is
'duplicate_prevented, rollback_with_exposure, position_released, or the check_name of a finding.';
comment on column monitoring.alerts.severity is 'critical, warning or info.';

commit;
