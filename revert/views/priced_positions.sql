-- Revert tradelatch:views/priced_positions from pg

\ir ../../deploy/settings.psql

begin;

drop view monitoring.priced_positions;

commit;
