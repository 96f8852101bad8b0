-- Revert tradelatch:helpers/check_text from pg

begin;

drop function monitoring.check_text;

commit;
