-- Revert tradelatch:functions/set_stale_after from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.set_stale_after;

commit;
