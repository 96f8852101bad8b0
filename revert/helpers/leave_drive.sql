-- Revert tradelatch:helpers/leave_drive from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.leave_drive;

commit;
