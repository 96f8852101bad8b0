-- Revert tradelatch:functions/create_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.create_position;

commit;
