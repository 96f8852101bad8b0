-- Revert tradelatch:functions/diagnose from pg

begin;

drop function tradelatch.diagnose;

commit;
