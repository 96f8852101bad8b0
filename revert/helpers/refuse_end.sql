-- Revert tradelatch:helpers/refuse_end from pg

begin;

drop function monitoring.refuse_end;

commit;
