-- Deploy tradelatch:helpers/is_amount to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. NaN and Infinity are not below 1e30.
create function monitoring.is_amount(value numeric)
returns boolean
language sql
immutable
parallel safe
return value > 0 and value < 1e30;

comment on function monitoring.is_amount(numeric) is
'True for a quantity or a price: above 0 and below 1e30, neither NaN nor Infinity. Null for null.';

revoke all on function monitoring.is_amount(numeric) from public;

commit;
