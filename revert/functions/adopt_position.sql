-- Revert tradelatch:functions/adopt_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.adopt_position;

commit;
