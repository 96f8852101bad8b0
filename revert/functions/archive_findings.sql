-- Revert tradelatch:functions/archive_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.archive_findings;

commit;
