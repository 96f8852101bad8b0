-- Revert tradelatch:helpers/give_up_hands from pg

begin;

drop function monitoring.give_up_hands;

commit;
