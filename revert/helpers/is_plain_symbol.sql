-- Revert tradelatch:helpers/is_plain_symbol from pg

begin;

drop function monitoring.is_plain_symbol;

commit;
