-- Revert tradelatch:types/filled_amount from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.filled_amount;

commit;
