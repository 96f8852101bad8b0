-- Revert tradelatch:helpers/sequences from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.sequences;

commit;
