-- Revert tradelatch:views/events from pg

begin;

drop view tradelatch.events;

commit;
