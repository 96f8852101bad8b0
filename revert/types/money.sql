-- Revert tradelatch:types/money from pg

begin;

drop domain monitoring.money;

commit;
