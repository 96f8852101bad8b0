-- Revert tradelatch:indexes/idx_unique_position_attempt from pg

\ir ../../deploy/settings.psql

begin;

drop index monitoring.idx_unique_position_attempt;

commit;
