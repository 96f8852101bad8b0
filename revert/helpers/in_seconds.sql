-- Revert tradelatch:helpers/in_seconds from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.in_seconds;

commit;
