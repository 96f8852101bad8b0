-- Revert tradelatch:types/position_side from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.position_side;

commit;
