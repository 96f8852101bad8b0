-- Revert tradelatch:helpers/check_observed from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_observed;

commit;
