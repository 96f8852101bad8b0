-- Revert tradelatch:helpers/in_seconds from pg

begin;

drop function monitoring.in_seconds;

commit;
