-- Revert tradelatch:helpers/wait_for_row from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.wait_for_row;

commit;
