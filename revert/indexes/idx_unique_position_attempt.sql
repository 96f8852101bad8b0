-- Revert tradelatch:indexes/idx_unique_position_attempt from pg

begin;

drop index monitoring.idx_unique_position_attempt;

commit;
