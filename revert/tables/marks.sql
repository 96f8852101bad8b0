-- Revert tradelatch:tables/marks from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.marks;

commit;
