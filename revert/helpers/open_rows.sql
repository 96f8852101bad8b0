-- Revert tradelatch:helpers/open_rows from pg

begin;

drop function monitoring.open_rows;

commit;
