-- Revert tradelatch:helpers/move_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.move_orders;

commit;
