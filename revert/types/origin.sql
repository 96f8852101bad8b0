-- Revert tradelatch:types/origin from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.origin;

commit;
