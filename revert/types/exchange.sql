-- Revert tradelatch:types/exchange from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.exchange;

commit;
