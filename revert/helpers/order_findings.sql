-- Revert tradelatch:helpers/order_findings from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.order_findings;

commit;
