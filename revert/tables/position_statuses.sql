-- Revert tradelatch:tables/position_statuses from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.position_statuses;

commit;
