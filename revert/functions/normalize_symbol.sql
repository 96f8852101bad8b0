-- Revert tradelatch:functions/normalize_symbol from pg

begin;

drop function tradelatch.normalize_symbol;

commit;
