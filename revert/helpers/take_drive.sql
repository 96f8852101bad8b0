-- Revert tradelatch:helpers/take_drive from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.take_drive;

commit;
