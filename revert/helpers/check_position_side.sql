-- Revert tradelatch:helpers/check_position_side from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_position_side;

commit;
