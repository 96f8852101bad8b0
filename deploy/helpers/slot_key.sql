-- Deploy tradelatch:helpers/slot_key to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. Each part is hashed with the hash of those before it, so that none runs into the next.
create function monitoring.slot_key(exchange text, account text, symbol text)
returns bigint
language sql
immutable
parallel safe
return hashtextextended(symbol, hashtextextended(account, hashtextextended(exchange, 0)));

comment on function monitoring.slot_key(text, text, text) is
'Key of the advisory lock of (exchange, account, symbol): one for all position sides, because both excludes long and short.';

revoke all on function monitoring.slot_key(text, text, text) from public;

commit;
