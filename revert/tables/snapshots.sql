-- Revert tradelatch:tables/snapshots from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.snapshots;

commit;
