-- Revert tradelatch:functions/record_findings from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.record_findings;

commit;
