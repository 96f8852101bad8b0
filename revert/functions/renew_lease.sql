-- Revert tradelatch:functions/renew_lease from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.renew_lease;

commit;
