-- Revert tradelatch:types/origin from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.origin;

commit;
