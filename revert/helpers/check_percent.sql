-- Revert tradelatch:helpers/check_percent from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_percent;

commit;
