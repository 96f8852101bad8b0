-- Revert tradelatch:helpers/is_uncounted from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_uncounted;

commit;
