-- Revert tradelatch:types/exchange from pg

begin;

drop domain monitoring.exchange;

commit;
