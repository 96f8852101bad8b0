-- Revert tradelatch:helpers/slot_locks from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.slot_locks;

commit;
