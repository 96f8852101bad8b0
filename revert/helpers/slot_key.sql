-- Revert tradelatch:helpers/slot_key from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.slot_key;

commit;
