-- Revert tradelatch:functions/cancel_position from pg

begin;

drop function tradelatch.cancel_position;

commit;
