-- Revert tradelatch:helpers/end_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.end_order;

commit;
