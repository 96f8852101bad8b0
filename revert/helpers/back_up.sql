-- Revert tradelatch:helpers/back_up from pg

begin;

drop function monitoring.back_up;

commit;
