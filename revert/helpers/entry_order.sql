-- Revert tradelatch:helpers/entry_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.entry_order;

commit;
