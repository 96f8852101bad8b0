-- Deploy tradelatch:helpers/accounts_are_apart to pg
-- A constant that the first grant replaces: inlined, it costs nothing, and what depends on it is not even planned. Stable, so
-- that whoever has a plan made with the one before makes it anew.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.accounts_are_apart()
returns boolean
language sql
stable
parallel safe
return false;

comment on function monitoring.accounts_are_apart() is
'Whether grant_account was ever called, and every bot has only the accounts that it was granted.';

revoke all on function monitoring.accounts_are_apart() from public;
grant execute on function monitoring.accounts_are_apart() to tradelatch_reader;

commit;
