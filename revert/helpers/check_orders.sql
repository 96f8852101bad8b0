-- Revert tradelatch:helpers/check_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_orders;

commit;
