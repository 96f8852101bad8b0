-- Revert tradelatch:helpers/symbols_of from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.symbols_of;

commit;
