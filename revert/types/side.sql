-- Revert tradelatch:types/side from pg

begin;

drop domain monitoring.side;

commit;
