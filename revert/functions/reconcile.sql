-- Revert tradelatch:functions/reconcile from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.reconcile;

commit;
