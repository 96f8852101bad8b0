-- Revert tradelatch:helpers/read_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_orders;

commit;
