-- Revert tradelatch:functions/reconcile_orders from pg

begin;

drop function tradelatch.reconcile_orders;

commit;
