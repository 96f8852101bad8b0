-- Revert tradelatch:helpers/may_end from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.may_end;

commit;
