-- Revert tradelatch:functions/find_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.find_order;

commit;
