-- Revert tradelatch:functions/reconcile from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.reconcile;

commit;
