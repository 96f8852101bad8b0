-- Revert tradelatch:types/request from pg

begin;

drop domain monitoring.request;

commit;
