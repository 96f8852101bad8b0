-- Deploy tradelatch:views/open_positions to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Each branch implies the predicate of one of the slot's indexes: the open rows are found without the history.
create view tradelatch.open_positions as
select *
from tradelatch.positions
where closed_at is null and position_side in ('both', 'long') and monitoring.without_workers()
union all
select *
from tradelatch.positions
where closed_at is null and position_side = 'short' and monitoring.without_workers();

comment on view tradelatch.open_positions is 'The positions that hold a slot now; the columns are those of tradelatch.positions.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.open_positions', 'tradelatch.positions');

grant select on tradelatch.open_positions to tradelatch_reader;

commit;
