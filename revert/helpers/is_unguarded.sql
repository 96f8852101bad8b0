-- Revert tradelatch:helpers/is_unguarded from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_unguarded;

commit;
