-- Names that can be told apart.

begin;
\ir setup.psql
select plan(40);

select is_internal('monitoring.is_name(text, integer)', 'immutable');
select ok(monitoring.is_name(v.value, 5), 'a name: ' || v.value)
from unnest(array['a', 'abcde', 'a b', 'Äß', '日本語']) as v (value);
select ok(not monitoring.is_name(v.value, 5), 'no name: ' || coalesce(to_json(v.value)::text, 'null'))
from unnest(array['', ' ', 'abcdef', 'a' || chr(9), 'a' || chr(10), chr(127)]) as v (value);
select ok(not monitoring.is_name('a' || chr(c.code) || 'b', 5), 'no name: what looks like ab, with U+' || lpad(to_hex(c.code), 4, '0'))
from unnest(array[160, 173, 8195, 8203, 8204, 8205, 8206, 8239, 65279, 769, 847, 1564, 4352, 4447, 6068, 6158, 8238, 8297, 10240, 12441, 12644, 65039, 65440, 65530, 917569]) as c (code);
select is(monitoring.is_name(null, 5), null, 'null is not known');

select * from finish();
rollback;
