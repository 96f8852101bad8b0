-- Revert tradelatch:functions/activate_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.activate_position;

commit;
