-- Revert tradelatch:helpers/end_position from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.end_position;

commit;
