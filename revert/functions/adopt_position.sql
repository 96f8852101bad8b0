-- Revert tradelatch:functions/adopt_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.adopt_position;

commit;
