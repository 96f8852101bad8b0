-- Revert tradelatch:types/money from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.money;

commit;
