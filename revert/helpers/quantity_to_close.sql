-- Revert tradelatch:helpers/quantity_to_close from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.quantity_to_close;

commit;
