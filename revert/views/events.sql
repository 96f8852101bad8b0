-- Revert tradelatch:views/events from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.events;

commit;
