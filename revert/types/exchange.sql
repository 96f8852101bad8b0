-- Revert tradelatch:types/exchange from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.exchange;

commit;
