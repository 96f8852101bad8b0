-- Revert tradelatch:types/percent from pg

begin;

drop domain monitoring.percent;

commit;
