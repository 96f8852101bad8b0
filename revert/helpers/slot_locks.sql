-- Revert tradelatch:helpers/slot_locks from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.slot_locks;

commit;
