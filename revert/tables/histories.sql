-- Revert tradelatch:tables/histories from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.histories;

commit;
