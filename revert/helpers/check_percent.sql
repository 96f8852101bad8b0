-- Revert tradelatch:helpers/check_percent from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_percent;

commit;
