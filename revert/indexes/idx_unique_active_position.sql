-- Revert tradelatch:indexes/idx_unique_active_position from pg

begin;

drop index monitoring.idx_unique_active_position;

commit;
