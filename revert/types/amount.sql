-- Revert tradelatch:types/amount from pg

begin;

drop domain monitoring.amount;

commit;
