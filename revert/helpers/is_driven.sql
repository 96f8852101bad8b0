-- Revert tradelatch:helpers/is_driven from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_driven;

commit;
