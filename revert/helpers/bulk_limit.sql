-- Revert tradelatch:helpers/bulk_limit from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.bulk_limit;

commit;
