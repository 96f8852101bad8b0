-- Revert tradelatch:helpers/raise_alert from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.raise_alert;

commit;
