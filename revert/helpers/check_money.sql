-- Revert tradelatch:helpers/check_money from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_money;

commit;
