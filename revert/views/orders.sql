-- Revert tradelatch:views/orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.orders;

commit;
