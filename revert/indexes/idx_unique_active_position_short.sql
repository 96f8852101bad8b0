-- Revert tradelatch:indexes/idx_unique_active_position_short from pg

begin;

drop index monitoring.idx_unique_active_position_short;

commit;
