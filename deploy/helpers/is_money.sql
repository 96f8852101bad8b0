-- Deploy tradelatch:helpers/is_money to pg
-- requires: schemas/monitoring

begin;

set local role tradelatch_owner;

-- Inlined wherever it is called. NaN and Infinity are not below 1e30.
create function monitoring.is_money(value numeric)
returns boolean
language sql
immutable
parallel safe
return value > -1e30 and value < 1e30;

comment on function monitoring.is_money(numeric) is
'True for a profit, a loss or a fee: between -1e30 and 1e30, neither NaN nor Infinity. Null for null.';

revoke all on function monitoring.is_money(numeric) from public;

commit;
