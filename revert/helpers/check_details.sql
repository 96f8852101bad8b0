-- Revert tradelatch:helpers/check_details from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_details;

commit;
