-- Revert tradelatch:helpers/read_symbol from pg

begin;

drop function monitoring.read_symbol;

commit;
