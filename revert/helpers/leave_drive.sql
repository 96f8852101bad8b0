-- Revert tradelatch:helpers/leave_drive from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.leave_drive;

commit;
