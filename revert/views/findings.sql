-- Revert tradelatch:views/findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.findings;

commit;
