-- Revert tradelatch:helpers/check_observed from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_observed;

commit;
