-- Revert tradelatch:functions/create_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.create_position;

commit;
