-- Deploy tradelatch:helpers/quantity_to_close to pg

begin;

set local role tradelatch_owner;

-- Inlined wherever it is called.
create function monitoring.quantity_to_close(quantity numeric, filled_quantity numeric, open_quantity numeric)
returns numeric
language sql
immutable
parallel safe
return case when filled_quantity < quantity then greatest(quantity, open_quantity) else nullif(open_quantity, 0) end;

comment on function monitoring.quantity_to_close(numeric, numeric, numeric) is
'Quantity of a closing order: what is open, null when nothing is; while the entry may still fill, all that was asked for. The order is reduce-only, so that it never closes more than there is.';

revoke all on function monitoring.quantity_to_close(numeric, numeric, numeric) from public;

commit;
