-- Deploy tradelatch:tables/stale_fences to pg
-- A call that is refused is rolled back, and so is every row that it might leave. A sequence is not.

\ir ../settings.psql

begin;

\ir ../owner.psql

create sequence monitoring.stale_fences as bigint;

comment on sequence monitoring.stale_fences is
'Counts the calls that were refused because their fence was not the current one. A crash of the server may add up to 32.';

commit;
