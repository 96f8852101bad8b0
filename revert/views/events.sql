-- Revert tradelatch:views/events from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.events;

commit;
