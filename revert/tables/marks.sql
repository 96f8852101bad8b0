-- Revert tradelatch:tables/marks from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.marks;

commit;
