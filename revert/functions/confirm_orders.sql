-- Revert tradelatch:functions/confirm_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.confirm_orders;

commit;
