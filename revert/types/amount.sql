-- Revert tradelatch:types/amount from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.amount;

commit;
