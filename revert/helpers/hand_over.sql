-- Revert tradelatch:helpers/hand_over from pg

begin;

drop function monitoring.hand_over;

commit;
