-- Revert tradelatch:functions/fail_position from pg

begin;

drop function tradelatch.fail_position;

commit;
