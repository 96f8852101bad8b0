-- Revert tradelatch:helpers/wait_for_slot from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.wait_for_slot;

commit;
