-- Revert tradelatch:helpers/order_findings from pg

begin;

drop function monitoring.order_findings;

commit;
