-- Revert tradelatch:tables/snapshots from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.snapshots;

commit;
