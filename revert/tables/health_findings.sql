-- Revert tradelatch:tables/health_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.health_findings;

commit;
