-- Revert tradelatch:tables/symbol_aliases from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.symbol_aliases;

commit;
