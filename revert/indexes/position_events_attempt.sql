-- Revert tradelatch:indexes/position_events_attempt from pg

begin;

drop index monitoring.position_events_attempt;

commit;
