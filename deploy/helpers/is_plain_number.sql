-- Deploy tradelatch:helpers/is_plain_number to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. No bounds in the pattern: a match against {1,64} takes forty times as long.
create function monitoring.is_plain_number(value text)
returns boolean
language sql
immutable
parallel safe
return length(value) <= 30 and value ~ E'^[0-9]+(\\.[0-9]+)?$' collate "C";

comment on function monitoring.is_plain_number(text) is
'True for at most 30 digits, a point among them or none: 0 or a quantity or price as exchanges ordinarily write it, for what else may be one see monitoring.read_number. Null for null.';

revoke all on function monitoring.is_plain_number(text) from public;

commit;
