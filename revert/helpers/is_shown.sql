-- Revert tradelatch:helpers/is_shown from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_shown;

commit;
