-- Deploy tradelatch:helpers/is_plain_text to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called: no SET clause, one expression; few operators, because each is prepared anew in each statement.
create function monitoring.is_plain_text(value text, longest integer)
returns boolean
language sql
immutable
parallel safe
return length(value) <= longest
and value ~ E'^ *[^ \\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]'
'[^\\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]*$';

comment on function monitoring.is_plain_text(text, integer) is
'True for 1 to longest characters, not all of them spaces, without control, line-separating and bidirectional characters. Null for null.';

revoke all on function monitoring.is_plain_text(text, integer) from public;

commit;
