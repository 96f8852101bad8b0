-- Revert tradelatch:helpers/match_orders from pg

begin;

drop function monitoring.match_orders;

commit;
