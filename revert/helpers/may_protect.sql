-- Revert tradelatch:helpers/may_protect from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.may_protect;

commit;
