-- Revert tradelatch:functions/claim_stale from pg

begin;

drop function tradelatch.claim_stale;

commit;
