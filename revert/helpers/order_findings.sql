-- Revert tradelatch:helpers/order_findings from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.order_findings;

commit;
