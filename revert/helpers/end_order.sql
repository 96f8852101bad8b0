-- Revert tradelatch:helpers/end_order from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.end_order;

commit;
