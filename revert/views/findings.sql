-- Revert tradelatch:views/findings from pg

begin;

drop view tradelatch.findings;

commit;
