-- Revert tradelatch:helpers/put_back from pg

begin;

drop function monitoring.put_back;

commit;
