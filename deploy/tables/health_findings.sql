-- Deploy tradelatch:tables/health_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.health_findings (
    id bigint generated always as identity primary key,
    check_name text collate "C" not null,
    severity text not null,
    position_id bigint,
    exchange text collate "C",
    account text collate "C",
    symbol text collate "C",
    position_side text collate "C",
    status text,
    detail jsonb not null,
    action text not null,
    opened_at timestamptz not null default clock_timestamp(),
    alerted_at timestamptz,
    cleared_at timestamptz
);

create unique index health_findings_open
on monitoring.health_findings (check_name, position_id, exchange, account, symbol, position_side) nulls not distinct
where cleared_at is null;

comment on table monitoring.health_findings is
'What tradelatch.record_findings saw: one row for each finding, from the run that saw it first to the one that saw it no more.';
comment on column monitoring.health_findings.severity is 'As it was last seen; so are status, detail and action where one of them changed.';
comment on column monitoring.health_findings.alerted_at is 'When a person was told; null where nobody had to be.';
comment on column monitoring.health_findings.cleared_at is 'Null while it stands.';

commit;
