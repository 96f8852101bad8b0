-- Revert tradelatch:helpers/lock_findings from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.lock_findings;

commit;
