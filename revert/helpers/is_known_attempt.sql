-- Revert tradelatch:helpers/is_known_attempt from pg

begin;

drop function monitoring.is_known_attempt;

commit;
