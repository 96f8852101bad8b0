-- Deploy tradelatch:types/symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Collation "C", as in normalize_symbol: what is a capital or a blank must not depend on the server's locale.
create domain monitoring.symbol as text collate "C" check (
    monitoring.is_name(value, 64)
    and value !~ '[[:space:]/a-z]' collate "C"
);

comment on domain monitoring.symbol is
'A canonical symbol, see tradelatch.normalize_symbol; 1 to 64 characters.';

revoke usage on type monitoring.symbol from public;

commit;
