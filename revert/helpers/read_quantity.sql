-- Revert tradelatch:helpers/read_quantity from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_quantity;

commit;
