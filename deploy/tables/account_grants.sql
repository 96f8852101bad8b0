-- Deploy tradelatch:tables/account_grants to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.account_grants (
    role_name text collate "C" not null,
    exchange text collate "C",
    account text collate "C",
    granted_at timestamptz not null default clock_timestamp(),
    granted_by text not null default session_user,
    unique nulls not distinct (role_name, exchange, account)
);

comment on table monitoring.account_grants is
'Which login, or which role that it is a member of, may use which accounts; asked from the first grant on.';
comment on column monitoring.account_grants.role_name is 'A login, or a role that logins are members of.';
comment on column monitoring.account_grants.exchange is 'Null: of every exchange.';
comment on column monitoring.account_grants.account is 'Null: every account.';
comment on column monitoring.account_grants.granted_at is 'When it was granted.';
comment on column monitoring.account_grants.granted_by is 'session_user of the operator.';

commit;
