-- Revert tradelatch:tables/alerts from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.alerts;

commit;
