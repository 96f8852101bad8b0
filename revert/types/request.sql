-- Revert tradelatch:types/request from pg

\ir ../../deploy/settings.psql

begin;

drop domain monitoring.request;

commit;
