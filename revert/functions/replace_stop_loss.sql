-- Revert tradelatch:functions/replace_stop_loss from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.replace_stop_loss;

commit;
