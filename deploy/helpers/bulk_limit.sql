-- Deploy tradelatch:helpers/bulk_limit to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.bulk_limit()
returns integer
language sql
immutable
parallel safe
return 1000;

comment on function monitoring.bulk_limit() is
'How many positions reconcile and cleanup change in one call, and so how many slots they lock at most: the lock table of a server with default settings has room for a few thousand.';

revoke all on function monitoring.bulk_limit() from public;

commit;
