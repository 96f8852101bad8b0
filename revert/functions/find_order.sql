-- Revert tradelatch:functions/find_order from pg

begin;

drop function tradelatch.find_order;

commit;
