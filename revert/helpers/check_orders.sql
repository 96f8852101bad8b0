-- Revert tradelatch:helpers/check_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_orders;

commit;
