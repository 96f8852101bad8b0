-- Revert tradelatch:helpers/seen from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.seen;

commit;
