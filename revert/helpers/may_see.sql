-- Revert tradelatch:helpers/may_see from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.may_see;

commit;
