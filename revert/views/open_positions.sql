-- Revert tradelatch:views/open_positions from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.open_positions;

commit;
