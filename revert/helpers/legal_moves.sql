-- Revert tradelatch:helpers/legal_moves from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.legal_moves;

commit;
