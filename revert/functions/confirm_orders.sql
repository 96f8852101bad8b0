-- Revert tradelatch:functions/confirm_orders from pg

begin;

drop function tradelatch.confirm_orders;

commit;
