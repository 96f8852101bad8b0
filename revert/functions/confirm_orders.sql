-- Revert tradelatch:functions/confirm_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.confirm_orders;

commit;
