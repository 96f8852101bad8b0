-- Deploy tradelatch:helpers/is_name to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. Two names that look alike must not be two slots.
create function monitoring.is_name(value text, longest integer)
returns boolean
language sql
immutable
parallel safe
return length(value) <= longest
and value ~ E'^ *[^ \\u0001-\\u001f\\u007f-\\u00a0\\u00ad\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff]'
'[^\\u0001-\\u001f\\u007f-\\u00a0\\u00ad\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff]*$';

comment on function monitoring.is_name(text, integer) is
'True for plain text without blanks that are not a space, and without characters that nobody sees. Null for null.';

revoke all on function monitoring.is_name(text, integer) from public;

commit;
