-- Revert tradelatch:types/filled_amount from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.filled_amount;

commit;
