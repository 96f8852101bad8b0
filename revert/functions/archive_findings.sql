-- Revert tradelatch:functions/archive_findings from pg

begin;

drop function tradelatch.archive_findings;

commit;
