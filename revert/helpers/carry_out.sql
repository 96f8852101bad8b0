-- Revert tradelatch:helpers/carry_out from pg

begin;

drop function monitoring.carry_out;

commit;
