-- Revert tradelatch:views/orders from pg

begin;

drop view tradelatch.orders;

commit;
