-- Revert tradelatch:functions/resize_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.resize_position;

commit;
