-- Revert tradelatch:types/money from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.money;

commit;
