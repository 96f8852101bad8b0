-- Revert tradelatch:helpers/findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.findings;

commit;
