-- Revert tradelatch:helpers/unnamed_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.unnamed_orders;

commit;
