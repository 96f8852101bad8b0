-- Revert tradelatch:triggers/fixed from pg

begin;

drop trigger positions_fixed on monitoring.positions;
drop function monitoring.refuse_fixed_change();

commit;
