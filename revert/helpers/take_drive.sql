-- Revert tradelatch:helpers/take_drive from pg

begin;

drop function monitoring.take_drive;

commit;
