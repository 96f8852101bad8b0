-- Revert tradelatch:views/priced_positions from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view monitoring.priced_positions;

commit;
