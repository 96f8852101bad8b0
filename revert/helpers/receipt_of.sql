-- Revert tradelatch:helpers/receipt_of from pg

begin;

drop function monitoring.receipt_of;

commit;
