-- Revert tradelatch:helpers/findings from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.findings;

commit;
