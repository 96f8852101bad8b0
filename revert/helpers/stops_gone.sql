-- Revert tradelatch:helpers/stops_gone from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.stops_gone;

commit;
