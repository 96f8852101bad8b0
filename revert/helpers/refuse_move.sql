-- Revert tradelatch:helpers/refuse_move from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.refuse_move;

commit;
