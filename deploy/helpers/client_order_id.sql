-- Deploy tradelatch:helpers/client_order_id to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. OKX takes letters and digits alone, at most 32: room for ten million attempts.
create function monitoring.client_order_id(order_key text, kind text, attempt integer)
returns text
language sql
immutable
parallel safe
return order_key || case kind when 'entry' then 'e' when 'stop_loss' then 's' when 'close' then 'c' end || attempt::text;

comment on function monitoring.client_order_id(text, text, integer) is
'Client order id of one attempt at one kind of order: tl, 22 hexadecimal digits, then e1, s2 or c3: at most 32 letters and digits.';

revoke all on function monitoring.client_order_id(text, text, integer) from public;
-- The view positions calls it, and a function in a view runs as whoever reads the view.
grant execute on function monitoring.client_order_id(text, text, integer) to tradelatch_reader;

commit;
