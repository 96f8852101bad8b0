-- Revert tradelatch:views/open_positions from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.open_positions;

commit;
