-- Revert tradelatch:helpers/may_use from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.may_use;

commit;
