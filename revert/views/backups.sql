-- Revert tradelatch:views/backups from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.backups;

commit;
