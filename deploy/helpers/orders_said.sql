-- Deploy tradelatch:helpers/orders_said to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.orders_said(ended text[], placed text[])
returns jsonb
language sql
immutable
parallel safe
return case when ended = '{}' then jsonb '{}' else jsonb_build_object('orders_ended', ended) end
|| case when placed = '{}' then jsonb '{}' else jsonb_build_object('orders_placed', placed) end;

comment on function monitoring.orders_said(text[], text[]) is
'What the event of a call says of the orders that it named; nothing where it named none.';

revoke all on function monitoring.orders_said(text[], text[]) from public;

commit;
