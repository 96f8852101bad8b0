-- Revert tradelatch:functions/release_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.release_position;

commit;
