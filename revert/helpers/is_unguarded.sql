-- Revert tradelatch:helpers/is_unguarded from pg

begin;

drop function monitoring.is_unguarded;

commit;
