-- Revert tradelatch:functions/reconcile_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.reconcile_orders;

commit;
