-- Revert tradelatch:functions/claim_stale from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.claim_stale;

commit;
