-- Revert tradelatch:helpers/raise_alert from pg

begin;

drop function monitoring.raise_alert;

commit;
