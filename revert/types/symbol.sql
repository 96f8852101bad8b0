-- Revert tradelatch:types/symbol from pg

begin;

drop domain monitoring.symbol;

commit;
