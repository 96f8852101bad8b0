-- Revert tradelatch:indexes/positions_closed_at from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop index monitoring.positions_closed_at;

commit;
