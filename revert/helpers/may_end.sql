-- Revert tradelatch:helpers/may_end from pg

begin;

drop function monitoring.may_end;

commit;
