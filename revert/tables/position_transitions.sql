-- Revert tradelatch:tables/position_transitions from pg

begin;

drop table monitoring.position_transitions;

commit;
