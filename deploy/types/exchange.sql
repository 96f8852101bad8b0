-- Deploy tradelatch:types/exchange to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Collation "C", as in canonical_exchange: what is a capital must not depend on the server's locale.
create domain monitoring.exchange as text collate "C" check (
    monitoring.is_name(value, 50)
    and value !~ '^ | $|[A-Z]' collate "C"
);

comment on domain monitoring.exchange is
'A venue segment in lower case, 1 to 50 characters.';

revoke usage on type monitoring.exchange from public;

commit;
