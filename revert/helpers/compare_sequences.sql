-- Revert tradelatch:helpers/compare_sequences from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.compare_sequences;

commit;
