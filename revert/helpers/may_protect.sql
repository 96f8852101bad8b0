-- Revert tradelatch:helpers/may_protect from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.may_protect;

commit;
