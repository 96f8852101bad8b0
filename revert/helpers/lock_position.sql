-- Revert tradelatch:helpers/lock_position from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.lock_position;

commit;
