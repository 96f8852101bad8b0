-- Revert tradelatch:types/amount from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.amount;

commit;
