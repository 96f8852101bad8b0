-- Revert tradelatch:tables/health_findings from pg

begin;

drop table monitoring.health_findings;

commit;
