-- Revert tradelatch:views/backups from pg

begin;

drop view tradelatch.backups;

commit;
