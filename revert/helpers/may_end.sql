-- Revert tradelatch:helpers/may_end from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.may_end;

commit;
