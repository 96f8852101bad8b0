-- Revert tradelatch:views/orders from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.orders;

commit;
