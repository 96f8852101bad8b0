-- Revert tradelatch:helpers/bulk_limit from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.bulk_limit;

commit;
