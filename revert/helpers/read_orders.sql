-- Revert tradelatch:helpers/read_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_orders;

commit;
