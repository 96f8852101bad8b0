-- Revert tradelatch:helpers/leave_drive from pg

begin;

drop function monitoring.leave_drive;

commit;
