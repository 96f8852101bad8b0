-- Revert tradelatch:helpers/history_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.history_findings;

commit;
