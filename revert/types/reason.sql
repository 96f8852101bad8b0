-- Revert tradelatch:types/reason from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.reason;

commit;
