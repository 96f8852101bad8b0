-- Revert tradelatch:types/origin from pg

begin;

drop domain monitoring.origin;

commit;
