-- Revert tradelatch:helpers/is_plain_number from pg

begin;

drop function monitoring.is_plain_number;

commit;
