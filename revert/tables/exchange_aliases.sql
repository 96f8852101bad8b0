-- Revert tradelatch:tables/exchange_aliases from pg

begin;

drop table monitoring.exchange_aliases;

commit;
