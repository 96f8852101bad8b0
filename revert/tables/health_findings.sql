-- Revert tradelatch:tables/health_findings from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.health_findings;

commit;
