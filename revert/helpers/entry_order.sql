-- Revert tradelatch:helpers/entry_order from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.entry_order;

commit;
