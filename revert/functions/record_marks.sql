-- Revert tradelatch:functions/record_marks from pg

begin;

drop function tradelatch.record_marks;

commit;
