-- Revert tradelatch:functions/activate_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.activate_position;

commit;
