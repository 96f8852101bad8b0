-- Revert tradelatch:helpers/lagging_sequences from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.lagging_sequences;

commit;
