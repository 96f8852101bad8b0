-- Revert tradelatch:indexes/idx_unique_active_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop index monitoring.idx_unique_active_position;

commit;
