-- Revert tradelatch:indexes/position_events_attempt from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop index monitoring.position_events_attempt;

commit;
