-- Revert tradelatch:functions/normalize_exchange from pg

begin;

drop function tradelatch.normalize_exchange;

commit;
