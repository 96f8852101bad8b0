-- Revert tradelatch:helpers/compare_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.compare_orders;

commit;
