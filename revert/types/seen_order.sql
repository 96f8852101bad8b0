-- Revert tradelatch:types/seen_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop type monitoring.seen_order;

commit;
