-- Revert tradelatch:helpers/in_seconds from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.in_seconds;

commit;
