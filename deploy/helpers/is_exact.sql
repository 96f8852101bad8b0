-- Deploy tradelatch:helpers/is_exact to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. A comparison takes a month for 30 days, so that -1 month and 30 days would be 0; but here
-- nothing is left of the days.
create function monitoring.is_exact(value interval)
returns boolean
language sql
immutable
parallel safe
return date_trunc('month', value) = interval '0';

comment on function monitoring.is_exact(interval) is
'True for an interval without months and years, which are of any length, and not infinite. Null for null.';

revoke all on function monitoring.is_exact(interval) from public;

commit;
