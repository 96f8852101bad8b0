-- Revert tradelatch:types/position_side from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.position_side;

commit;
