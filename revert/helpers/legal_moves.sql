-- Revert tradelatch:helpers/legal_moves from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.legal_moves;

commit;
