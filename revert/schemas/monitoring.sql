-- Revert tradelatch:schemas/monitoring from pg

begin;

drop schema monitoring;

commit;
