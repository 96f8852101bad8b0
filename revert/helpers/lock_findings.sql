-- Revert tradelatch:helpers/lock_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.lock_findings;

commit;
