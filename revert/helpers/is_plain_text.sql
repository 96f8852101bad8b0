-- Revert tradelatch:helpers/is_plain_text from pg

begin;

drop function monitoring.is_plain_text;

commit;
