-- Revert tradelatch:types/reason from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.reason;

commit;
