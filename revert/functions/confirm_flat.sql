-- Revert tradelatch:functions/confirm_flat from pg

begin;

drop function tradelatch.confirm_flat;

commit;
