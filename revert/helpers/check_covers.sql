-- Revert tradelatch:helpers/check_covers from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_covers;

commit;
