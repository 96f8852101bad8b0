-- Revert tradelatch:helpers/quantity_to_close from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.quantity_to_close;

commit;
