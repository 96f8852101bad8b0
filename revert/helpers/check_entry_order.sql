-- Revert tradelatch:helpers/check_entry_order from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_entry_order;

commit;
