-- Revert tradelatch:functions/claim_stale from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.claim_stale;

commit;
