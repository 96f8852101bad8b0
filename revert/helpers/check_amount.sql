-- Revert tradelatch:helpers/check_amount from pg

begin;

drop function monitoring.check_amount;

commit;
