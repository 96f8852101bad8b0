-- Revert tradelatch:helpers/hold_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.hold_order;

commit;
