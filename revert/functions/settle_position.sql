-- Revert tradelatch:functions/settle_position from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.settle_position;

commit;
