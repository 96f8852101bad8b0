-- Revert tradelatch:functions/renew_lease from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.renew_lease;

commit;
