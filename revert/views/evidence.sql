-- Revert tradelatch:views/evidence from pg

\ir ../../deploy/settings.psql

begin;

drop view monitoring.evidence;

commit;
