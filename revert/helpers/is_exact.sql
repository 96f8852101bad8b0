-- Revert tradelatch:helpers/is_exact from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_exact;

commit;
