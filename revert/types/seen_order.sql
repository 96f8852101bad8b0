-- Revert tradelatch:types/seen_order from pg

\ir ../../deploy/settings.psql

begin;

drop type monitoring.seen_order;

commit;
