-- Revert tradelatch:tables/refusals from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.refusals;

commit;
