-- Revert tradelatch:views/advisory_locks from pg

\ir ../../deploy/settings.psql

begin;

drop view monitoring.advisory_locks;

commit;
