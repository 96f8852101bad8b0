-- Deploy tradelatch:functions/schema_version to pg
-- The last change: its revert looks whether anything would be lost, before anything is undone.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.schema_version()
returns text
language sql
immutable
parallel safe
return '1';

comment on function tradelatch.schema_version() is 'Version of the schema, a whole number. A client of version N works with schema N and N+1.';

revoke all on function tradelatch.schema_version() from public;
grant execute on function tradelatch.schema_version() to tradelatch_reader, tradelatch_feed;

commit;
