-- Revert tradelatch:helpers/check_side from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_side;

commit;
