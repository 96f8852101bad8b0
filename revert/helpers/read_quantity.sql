-- Revert tradelatch:helpers/read_quantity from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_quantity;

commit;
