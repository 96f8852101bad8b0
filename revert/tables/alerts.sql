-- Revert tradelatch:tables/alerts from pg

begin;

drop table monitoring.alerts;

commit;
