-- Revert tradelatch:types/receipt from pg

begin;

drop type tradelatch.receipt;

commit;
