-- Revert tradelatch:helpers/is_amount from pg

begin;

drop function monitoring.is_amount;

commit;
