-- Revert tradelatch:functions/reissue_order from pg

begin;

drop function tradelatch.reissue_order;

commit;
