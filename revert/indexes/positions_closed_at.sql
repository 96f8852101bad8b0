-- Revert tradelatch:indexes/positions_closed_at from pg

begin;

drop index monitoring.positions_closed_at;

commit;
