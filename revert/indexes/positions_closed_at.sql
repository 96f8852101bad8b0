-- Revert tradelatch:indexes/positions_closed_at from pg

\ir ../../deploy/settings.psql

begin;

drop index monitoring.positions_closed_at;

commit;
