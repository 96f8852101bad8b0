-- Revert tradelatch:views/evidence from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view monitoring.evidence;

commit;
