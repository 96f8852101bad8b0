-- Revert tradelatch:functions/record_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.record_findings;

commit;
