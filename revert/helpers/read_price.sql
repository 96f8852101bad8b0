-- Revert tradelatch:helpers/read_price from pg

begin;

drop function monitoring.read_price;

commit;
