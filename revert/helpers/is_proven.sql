-- Revert tradelatch:helpers/is_proven from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_proven;

commit;
