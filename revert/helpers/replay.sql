-- Revert tradelatch:helpers/replay from pg

begin;

drop function monitoring.replay;

commit;
