-- Revert tradelatch:types/symbol from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.symbol;

commit;
