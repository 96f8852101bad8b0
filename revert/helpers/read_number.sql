-- Revert tradelatch:helpers/read_number from pg

begin;

drop function monitoring.read_number;

commit;
