-- Revert tradelatch:helpers/is_latest_move from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_latest_move;

commit;
