-- Revert tradelatch:functions/take_over from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.take_over;

commit;
