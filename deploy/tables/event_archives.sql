-- Deploy tradelatch:tables/event_archives to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.event_archives (
    id bigint generated always as identity primary key,
    made_in xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    older_than interval not null,
    positions bigint not null default 0,
    events bigint not null default 0,
    alerts bigint not null default 0,
    findings bigint not null default 0,
    user_name text not null default session_user,
    application_name text not null default current_setting('application_name')
);

comment on table monitoring.event_archives is
'Each batch that tradelatch.archive_events, archive_alerts or archive_findings handed out and deleted.';
comment on column monitoring.event_archives.made_in is
'The transaction that archives: in that one alone something may be deleted.';

commit;
