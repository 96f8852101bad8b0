-- Revert tradelatch:helpers/seen from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.seen;

commit;
