-- Revert tradelatch:helpers/lock_slot from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.lock_slot;

commit;
