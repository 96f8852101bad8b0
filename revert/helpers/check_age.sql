-- Revert tradelatch:helpers/check_age from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_age;

commit;
