-- Revert tradelatch:helpers/check_switch from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_switch;

commit;
