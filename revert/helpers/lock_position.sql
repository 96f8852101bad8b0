-- Revert tradelatch:helpers/lock_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.lock_position;

commit;
