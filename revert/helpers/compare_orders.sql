-- Revert tradelatch:helpers/compare_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.compare_orders;

commit;
