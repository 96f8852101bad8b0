-- Revert tradelatch:functions/archive_findings from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.archive_findings;

commit;
