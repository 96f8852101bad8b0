-- Revert tradelatch:helpers/check_side from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_side;

commit;
