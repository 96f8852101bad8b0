-- Revert tradelatch:helpers/check_age from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_age;

commit;
