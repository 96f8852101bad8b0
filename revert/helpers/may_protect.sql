-- Revert tradelatch:helpers/may_protect from pg

begin;

drop function monitoring.may_protect;

commit;
