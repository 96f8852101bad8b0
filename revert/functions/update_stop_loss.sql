-- Revert tradelatch:functions/update_stop_loss from pg

begin;

drop function tradelatch.update_stop_loss;

commit;
