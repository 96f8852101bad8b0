-- Revert tradelatch:types/filled_amount from pg

begin;

drop domain monitoring.filled_amount;

commit;
