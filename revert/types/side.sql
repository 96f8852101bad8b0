-- Revert tradelatch:types/side from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.side;

commit;
