-- Revert tradelatch:helpers/refuse_argument from pg

begin;

drop function monitoring.refuse_argument;

commit;
