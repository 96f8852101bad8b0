-- Revert tradelatch:tables/position_transitions from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.position_transitions;

commit;
