-- Revert tradelatch:functions/renew_lease from pg

begin;

drop function tradelatch.renew_lease;

commit;
