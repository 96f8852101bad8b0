-- Revert tradelatch:types/seen_order from pg

begin;

drop type monitoring.seen_order;

commit;
