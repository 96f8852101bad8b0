-- Revert tradelatch:types/percent from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.percent;

commit;
