-- Revert tradelatch:functions/cancel_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.cancel_position;

commit;
