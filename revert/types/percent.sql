-- Revert tradelatch:types/percent from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.percent;

commit;
