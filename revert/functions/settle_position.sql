-- Revert tradelatch:functions/settle_position from pg

begin;

drop function tradelatch.settle_position;

commit;
