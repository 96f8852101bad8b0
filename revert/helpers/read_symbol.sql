-- Revert tradelatch:helpers/read_symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_symbol;

commit;
