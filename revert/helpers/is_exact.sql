-- Revert tradelatch:helpers/is_exact from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_exact;

commit;
