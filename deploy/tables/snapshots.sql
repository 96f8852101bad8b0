-- Deploy tradelatch:tables/snapshots to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.snapshots (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    observed_at timestamptz not null default '-infinity',
    is_complete boolean not null default false,
    is_suspect boolean not null default false,
    absences integer not null default 0,
    max_closes integer not null default 0,
    primary key (exchange, account)
);

comment on table monitoring.snapshots is
'The latest list of positions that each account was seen to hold. Its row is locked while a snapshot is recorded: one after the other.';
comment on column monitoring.snapshots.observed_at is 'When the request to the exchange began.';
comment on column monitoring.snapshots.is_suspect is 'More positions were missing in it than may be closed at once: their absence was not recorded.';
comment on column monitoring.snapshots.absences is 'How many positions that should have been there were missing.';
comment on column monitoring.snapshots.max_closes is 'How many were allowed to be.';

commit;
