-- Revert tradelatch:helpers/read_quantity from pg

begin;

drop function monitoring.read_quantity;

commit;
