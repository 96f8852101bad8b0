-- Revert tradelatch:helpers/match_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.match_orders;

commit;
