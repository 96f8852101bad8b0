-- Revert tradelatch:views/evidence from pg

begin;

drop view monitoring.evidence;

commit;
