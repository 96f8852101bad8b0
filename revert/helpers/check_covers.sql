-- Revert tradelatch:helpers/check_covers from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_covers;

commit;
