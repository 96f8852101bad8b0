-- Revert tradelatch:helpers/keep_durable from pg

begin;

drop function monitoring.keep_durable;

commit;
