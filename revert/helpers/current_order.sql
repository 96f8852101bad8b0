-- Revert tradelatch:helpers/current_order from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.current_order;

commit;
