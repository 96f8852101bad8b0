-- Revert tradelatch:functions/archive_events from pg

begin;

drop function tradelatch.archive_events;

commit;
