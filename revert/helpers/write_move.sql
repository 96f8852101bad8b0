-- Revert tradelatch:helpers/write_move from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.write_move;

commit;
