-- Revert tradelatch:triggers/keep_alerts from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop trigger health_findings_keep on monitoring.health_findings;
drop trigger health_findings_refuse_removal on monitoring.health_findings;
drop trigger alerts_keep on monitoring.alerts;
drop trigger alerts_refuse_change on monitoring.alerts;
drop function monitoring.keep_finding();
drop function monitoring.keep_alert();

commit;
