-- Revert tradelatch:helpers/is_proven from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_proven;

commit;
