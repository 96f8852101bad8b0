-- Revert tradelatch:helpers/read_number from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_number;

commit;
