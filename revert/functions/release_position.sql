-- Revert tradelatch:functions/release_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.release_position;

commit;
