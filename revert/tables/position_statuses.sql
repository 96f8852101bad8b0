-- Revert tradelatch:tables/position_statuses from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.position_statuses;

commit;
