-- Revert tradelatch:helpers/take_drive from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.take_drive;

commit;
