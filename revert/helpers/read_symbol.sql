-- Revert tradelatch:helpers/read_symbol from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_symbol;

commit;
