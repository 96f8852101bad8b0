-- Revert tradelatch:functions/update_stop_loss from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.update_stop_loss;

commit;
