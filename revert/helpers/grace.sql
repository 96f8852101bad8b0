-- Revert tradelatch:helpers/grace from pg

begin;

drop function monitoring.grace;

commit;
