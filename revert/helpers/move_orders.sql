-- Revert tradelatch:helpers/move_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.move_orders;

commit;
