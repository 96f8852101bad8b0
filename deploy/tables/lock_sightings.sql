-- Deploy tradelatch:tables/lock_sightings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.lock_sightings (
    exchange monitoring.exchange not null,
    account monitoring.account not null,
    symbol monitoring.symbol not null,
    pid integer not null,
    transaction text not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    primary key (exchange, account, symbol, pid)
);

comment on table monitoring.lock_sightings is
'Who was seen to hold the lock of a slot when record_findings looked last, and since when: a server does not tell how long a lock is held.';
comment on column monitoring.lock_sightings.pid is '0 for prepared transactions.';
comment on column monitoring.lock_sightings.transaction is
'Another one is another lock, but where the session was seen to hold it outside of a transaction.';
comment on column monitoring.lock_sightings.first_seen_at is 'When a run of record_findings saw it first.';

commit;
