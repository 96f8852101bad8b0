-- Revert tradelatch:tables/alerts from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.alerts;

commit;
