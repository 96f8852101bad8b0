-- Revert tradelatch:helpers/grace from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.grace;

commit;
