-- Revert tradelatch:functions/replace_stop_loss from pg

begin;

drop function tradelatch.replace_stop_loss;

commit;
