-- Revert tradelatch:views/health from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.health;

commit;
