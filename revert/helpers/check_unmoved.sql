-- Revert tradelatch:helpers/check_unmoved from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_unmoved;

commit;
