-- Revert tradelatch:functions/take_over from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.take_over;

commit;
