-- Revert tradelatch:helpers/check_switch from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_switch;

commit;
