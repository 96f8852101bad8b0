-- Revert tradelatch:helpers/is_granted from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_granted;

commit;
