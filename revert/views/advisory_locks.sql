-- Revert tradelatch:views/advisory_locks from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view monitoring.advisory_locks;

commit;
