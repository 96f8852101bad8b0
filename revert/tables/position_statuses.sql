-- Revert tradelatch:tables/position_statuses from pg

begin;

drop table monitoring.position_statuses;

commit;
