-- Revert tradelatch:helpers/match_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.match_orders;

commit;
