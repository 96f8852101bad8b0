-- Revert tradelatch:triggers/refuse_removal from pg

begin;

drop trigger positions_refuse_removal on monitoring.positions;
drop trigger position_events_refuse_change on monitoring.position_events;
drop function monitoring.refuse_removal();

commit;
