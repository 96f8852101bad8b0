-- Revert tradelatch:views/health from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.health;

commit;
