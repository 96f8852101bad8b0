-- Deploy tradelatch:helpers/canonical_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.canonical_symbol(exchange text, symbol text)
returns text
language sql
stable
return case
    when monitoring.is_plain_symbol(symbol) and not monitoring.is_alias(exchange, symbol) then symbol
    else monitoring.resolve_symbol(exchange, symbol)
end;

comment on function monitoring.canonical_symbol(text, text) is
'monitoring.resolve_symbol, which leaves capitals and digits that are no alias as they are, so that they need not ask it.';

revoke all on function monitoring.canonical_symbol(text, text) from public;

commit;
