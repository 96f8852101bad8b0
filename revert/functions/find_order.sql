-- Revert tradelatch:functions/find_order from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.find_order;

commit;
