-- Revert tradelatch:helpers/check_details from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_details;

commit;
