-- Revert tradelatch:functions/reconcile from pg

begin;

drop function tradelatch.reconcile;

commit;
