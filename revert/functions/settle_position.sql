-- Revert tradelatch:functions/settle_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.settle_position;

commit;
