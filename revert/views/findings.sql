-- Revert tradelatch:views/findings from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.findings;

commit;
