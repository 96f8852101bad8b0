-- Revert tradelatch:views/positions from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.positions;

commit;
