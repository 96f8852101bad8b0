-- Revert tradelatch:views/alerts from pg

begin;

drop view tradelatch.alerts;

commit;
