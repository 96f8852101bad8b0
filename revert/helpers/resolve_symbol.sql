-- Revert tradelatch:helpers/resolve_symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.resolve_symbol;

commit;
