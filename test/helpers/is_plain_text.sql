-- Text without control and bidirectional characters.

begin;
\ir setup.psql
select plan(33);

select is_internal('monitoring.is_plain_text(text, integer)', 'immutable');
select ok(monitoring.is_plain_text(v.value, 5), 'plain: ' || v.value)
from unnest(array['a', 'abcde', 'a b', 'ÄÖÜßé', '日本語', '🙂', '''"\%', 'a' || chr(160)]) as v (value);
select ok(not monitoring.is_plain_text(v.value, 5), 'not plain: ' || to_json(v.value))
from unnest(array[
    '', 'abcdef', chr(1), 'a' || chr(9), 'a' || chr(10), chr(13) || chr(10), 'a' || chr(27) || 'b', chr(127), chr(133)
]) as v (value);
select ok(not monitoring.is_plain_text('a' || chr(c.code) || 'b', 5), 'not plain: what reads in another order after U+' || lpad(to_hex(c.code), 4, '0'))
from unnest(array[1564, 8206, 8207, 8234, 8235, 8236, 8237, 8238, 8294, 8295, 8296, 8297]) as c (code);
select is(monitoring.is_plain_text(null, 5), null, 'null is not known');

select * from finish();
rollback;
