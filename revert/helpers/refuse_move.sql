-- Revert tradelatch:helpers/refuse_move from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.refuse_move;

commit;
