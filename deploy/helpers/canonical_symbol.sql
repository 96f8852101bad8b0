-- Deploy tradelatch:helpers/canonical_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.canonical_symbol(symbol text)
returns text
language sql
immutable
return case
    when monitoring.is_plain_symbol(symbol) then symbol
    else tradelatch.normalize_symbol(symbol)
end;

comment on function monitoring.canonical_symbol(text) is
'tradelatch.normalize_symbol, which leaves capitals and digits as they are, so that they need not ask it.';

revoke all on function monitoring.canonical_symbol(text) from public;

commit;
