-- Deploy tradelatch:helpers/is_plain_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. No bounds in the pattern: a match against {1,64} takes forty times as long.
create function monitoring.is_plain_symbol(symbol text)
returns boolean
language sql
immutable
parallel safe
return length(symbol) <= 64 and symbol ~ '^[A-Z0-9]+$' collate "C" and right(symbol, 4) <> 'PERP';

comment on function monitoring.is_plain_symbol(text) is
'True for a symbol of capitals and digits that does not end in PERP: it is canonical as it is, for others see tradelatch.normalize_symbol. Null for null.';

revoke all on function monitoring.is_plain_symbol(text) from public;

commit;
