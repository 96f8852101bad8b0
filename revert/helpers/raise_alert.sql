-- Revert tradelatch:helpers/raise_alert from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.raise_alert;

commit;
