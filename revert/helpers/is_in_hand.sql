-- Revert tradelatch:helpers/is_in_hand from pg

begin;

drop function monitoring.is_in_hand;

commit;
