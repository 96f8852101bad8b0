-- Revert tradelatch:helpers/is_unguarded from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_unguarded;

commit;
