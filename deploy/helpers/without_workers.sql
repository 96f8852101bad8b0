-- Deploy tradelatch:helpers/without_workers to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called, so that nothing of it is left in the plan. It is not parallel safe, and that is what it is for.
create function monitoring.without_workers()
returns boolean
language sql
immutable
parallel unsafe
return true;

comment on function monitoring.without_workers() is
'True. A query that mentions it is planned without parallel workers: among ten million closed positions the planner takes 200 open ones for a thousand, and starting workers for those takes ten times as long as reading them.';

revoke all on function monitoring.without_workers() from public;
-- The view open_positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.without_workers() to tradelatch_reader;

commit;
