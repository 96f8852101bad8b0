-- Revert tradelatch:tables/position_transitions from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.position_transitions;

commit;
