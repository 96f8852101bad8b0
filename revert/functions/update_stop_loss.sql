-- Revert tradelatch:functions/update_stop_loss from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.update_stop_loss;

commit;
