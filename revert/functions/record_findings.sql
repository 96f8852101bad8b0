-- Revert tradelatch:functions/record_findings from pg

begin;

drop function tradelatch.record_findings;

commit;
