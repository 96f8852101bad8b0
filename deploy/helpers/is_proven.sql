-- Deploy tradelatch:helpers/is_proven to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.is_proven(moved_at timestamptz, first_seen_at timestamptz, last_seen_at timestamptz)
returns boolean
language sql
immutable
parallel safe
return first_seen_at >= moved_at + monitoring.grace() and first_seen_at + monitoring.grace() <= last_seen_at;

comment on function monitoring.is_proven(timestamptz, timestamptz, timestamptz) is
'Whether it was seen in two snapshots a grace time apart, both begun a grace time after the last move of what is looked for.';

revoke all on function monitoring.is_proven(timestamptz, timestamptz, timestamptz) from public;

commit;
