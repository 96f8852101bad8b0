-- Revert tradelatch:types/symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.symbol;

commit;
