-- Deploy tradelatch:helpers/in_seconds to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. Added to a time, a day is as long as the session's time zone says, 23 to 25 hours.
create function monitoring.in_seconds(value interval)
returns interval
language sql
immutable
parallel safe
return make_interval(secs => date_part('epoch', value));

comment on function monitoring.in_seconds(interval) is
'The interval with 24 hours for each of its days; it is exact (see monitoring.is_exact) and at most 36500 days. Null for null.';

revoke all on function monitoring.in_seconds(interval) from public;

commit;
