-- Revert tradelatch:schemas/tradelatch from pg

begin;

drop schema tradelatch;

commit;
