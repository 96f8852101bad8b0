-- Revert tradelatch:helpers/check_money from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_money;

commit;
