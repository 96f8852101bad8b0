-- Revert tradelatch:functions/cancel_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.cancel_position;

commit;
