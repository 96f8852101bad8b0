-- Revert tradelatch:helpers/hold_order from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.hold_order;

commit;
