-- Revert tradelatch:helpers/write_move from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.write_move;

commit;
