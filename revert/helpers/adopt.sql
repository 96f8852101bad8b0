-- Revert tradelatch:helpers/adopt from pg

begin;

drop function monitoring.adopt;

commit;
