-- Revert tradelatch:helpers/open_rows from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.open_rows;

commit;
