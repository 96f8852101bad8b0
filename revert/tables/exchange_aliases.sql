-- Revert tradelatch:tables/exchange_aliases from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.exchange_aliases;

commit;
