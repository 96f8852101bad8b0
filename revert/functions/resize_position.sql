-- Revert tradelatch:functions/resize_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.resize_position;

commit;
