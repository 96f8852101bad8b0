-- Revert tradelatch:types/request from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop domain monitoring.request;

commit;
