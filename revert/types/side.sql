-- Revert tradelatch:types/side from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.side;

commit;
