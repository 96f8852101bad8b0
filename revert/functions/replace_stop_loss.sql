-- Revert tradelatch:functions/replace_stop_loss from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.replace_stop_loss;

commit;
