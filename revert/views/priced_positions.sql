-- Revert tradelatch:views/priced_positions from pg

begin;

drop view monitoring.priced_positions;

commit;
