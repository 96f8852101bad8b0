-- Revert tradelatch:tables/exchange_aliases from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.exchange_aliases;

commit;
