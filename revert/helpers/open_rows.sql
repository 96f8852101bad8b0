-- Revert tradelatch:helpers/open_rows from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.open_rows;

commit;
