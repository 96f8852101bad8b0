-- Revert tradelatch:helpers/stops_gone from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.stops_gone;

commit;
