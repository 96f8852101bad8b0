-- Revert tradelatch:helpers/wait_for_position from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.wait_for_position;

commit;
