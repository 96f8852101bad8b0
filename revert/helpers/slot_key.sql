-- Revert tradelatch:helpers/slot_key from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.slot_key;

commit;
