-- Revert tradelatch:helpers/lock_slot from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.lock_slot;

commit;
