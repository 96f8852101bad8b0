-- Deploy tradelatch:helpers/orders_to_cancel to pg

begin;

set local role tradelatch_owner;

-- Inlined wherever it is called.
create function monitoring.orders_to_cancel(earlier text[], order_key text, kind text, attempt integer)
returns text[]
language sql
immutable
parallel safe
return case when attempt > 0 then earlier || monitoring.client_order_id(order_key, kind, attempt) else earlier end;

comment on function monitoring.orders_to_cancel(text[], text, text, integer) is
'The earlier orders of a kind that may be on the exchange, and the current attempt, if there was one.';

revoke all on function monitoring.orders_to_cancel(text[], text, text, integer) from public;

commit;
