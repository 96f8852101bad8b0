-- Revert tradelatch:views/positions from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.positions;

commit;
