-- Revert tradelatch:helpers/end_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.end_position;

commit;
