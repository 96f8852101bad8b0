-- Deploy tradelatch:helpers/quantity_to_close to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.quantity_to_close(may_fill numeric, open_quantity numeric)
returns numeric
language sql
immutable
parallel safe
return nullif(greatest(may_fill, open_quantity), 0);

comment on function monitoring.quantity_to_close(numeric, numeric) is
'Quantity of a closing order: what is open, and what the entry may still fill beside it (may_fill: both together; 0 where it has ended). Null when there is nothing. The order is reduce-only, so that it never closes more than there is.';

revoke all on function monitoring.quantity_to_close(numeric, numeric) from public;

commit;
