-- Deploy tradelatch:helpers/is_name to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. Two names that look alike must not be two slots: no blanks but spaces, nothing
-- that nobody sees, no marks and parts of letters that are shown as one letter for which there is a character of its own.
create function monitoring.is_name(value text, longest integer)
returns boolean
language sql
immutable
parallel safe
return length(value) <= longest
and value ~ E'^ *[^ '
'\\u0001-\\u001f\\u007f-\\u00a0\\u00ad\\u0300-\\u036f\\u061c\\u1100-\\u11ff\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f'
'\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3099\\u309a\\u3164\\ufe00-\\ufe0f\\ufeff'
'\\uffa0\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]'
'[^\\u0001-\\u001f\\u007f-\\u00a0\\u00ad\\u0300-\\u036f\\u061c\\u1100-\\u11ff\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f'
'\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3099\\u309a\\u3164\\ufe00-\\ufe0f\\ufeff'
'\\uffa0\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]*$';

comment on function monitoring.is_name(text, integer) is
'True for plain text without blanks that are not a space, and without characters that nobody sees. Null for null.';

revoke all on function monitoring.is_name(text, integer) from public;

commit;
