-- Revert tradelatch:helpers/check_entry_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_entry_order;

commit;
