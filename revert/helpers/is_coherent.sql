-- Revert tradelatch:helpers/is_coherent from pg

begin;

drop function monitoring.is_coherent;

commit;
