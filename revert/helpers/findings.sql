-- Revert tradelatch:helpers/findings from pg

begin;

drop function monitoring.findings;

commit;
