-- Revert tradelatch:helpers/current_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.current_order;

commit;
