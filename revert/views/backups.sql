-- Revert tradelatch:views/backups from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.backups;

commit;
