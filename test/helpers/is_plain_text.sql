-- Text without control characters.

begin;
\ir setup.psql
select plan(21);

select is_internal('monitoring.is_plain_text(text, integer)', 'immutable');
select ok(monitoring.is_plain_text(v.value, 5), 'plain: ' || v.value)
from unnest(array['a', 'abcde', 'a b', 'ÄÖÜßé', '日本語', '🙂', '''"\%', 'a' || chr(160)]) as v (value);
select ok(not monitoring.is_plain_text(v.value, 5), 'not plain: ' || to_json(v.value))
from unnest(array[
    '', 'abcdef', chr(1), 'a' || chr(9), 'a' || chr(10), chr(13) || chr(10), 'a' || chr(27) || 'b', chr(127), chr(133)
]) as v (value);
select is(monitoring.is_plain_text(null, 5), null, 'null is not known');

select * from finish();
rollback;
