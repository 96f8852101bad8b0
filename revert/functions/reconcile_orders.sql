-- Revert tradelatch:functions/reconcile_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.reconcile_orders;

commit;
