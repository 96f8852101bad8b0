-- Revert tradelatch:helpers/read_number from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_number;

commit;
