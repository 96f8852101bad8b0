-- Revert tradelatch:helpers/grace from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.grace;

commit;
