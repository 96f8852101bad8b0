-- Revert tradelatch:types/reason from pg

begin;

drop domain monitoring.reason;

commit;
