-- Revert tradelatch:helpers/is_alias from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_alias;

commit;
