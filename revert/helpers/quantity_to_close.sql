-- Revert tradelatch:helpers/quantity_to_close from pg

begin;

drop function monitoring.quantity_to_close;

commit;
