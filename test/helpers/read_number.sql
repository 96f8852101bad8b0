-- Numbers as exchanges write them.

begin;
\ir setup.psql
select plan(55);

select is_internal('monitoring.read_number(text, jsonb)', 'immutable');
select is(monitoring.read_number('quantity', v.value::jsonb), v.number, v.value || ' is ' || coalesce(v.number::text, 'null'))
from (values
    ('1', 1), ('0', 0), ('-2.50', -2.5), ('1e3', 1000), ('1E-8', 0.00000001), ('"61.8"', 61.8), ('"-3"', -3), ('"+3"', 3),
    ('"0.0"', 0), ('".5"', 0.5), ('"5."', 5), ('"1e-8"', 0.00000001), ('" 7 "', 7), ('"\t7\n"', 7), ('"007"', 7), ('null', null)
) as v (value, number);
select is(monitoring.read_number('quantity', null), null, 'what is missing is not known');
select is(
    monitoring.read_number('quantity', to_jsonb(v.value)), v.value::numeric, left(v.value, 10) || ' … as long as a number may be'
)
from unnest(array[repeat('9', 40), '0.' || repeat('1', 40), '1e99']) as v (value);
-- Among them blanks and digits of Unicode that numeric does not take.
select is(
    answer(format('monitoring.read_number(%L, %L)', v.argument, v.value)), '22023 ' || v.argument, 'refuses ' || left(v.value, 40)
)
from (values
    ('snapshot[0].quantity', '""'), ('snapshot[7].quantity', '" "'), ('x', '"."'), ('x', '"-"'), ('x', '"NaN"'), ('x', '"nan"'),
    ('x', '"Infinity"'), ('x', '"-inf"'), ('x', '"0x1F"'), ('x', '"1_000"'), ('x', '"1,5"'), ('x', '"1 2"'), ('x', '"--1"'),
    ('x', '"1e"'),
    ('x', '"1e100"'), ('x', '"1e-100"'), ('x', '1e100'), ('x', '"x"'), ('x', 'true'), ('x', 'false'), ('x', '[]'), ('x', '[1]'),
    ('x', '{}'),
    ('x', '"\u20031"'), ('x', '"1\u00a0"'), ('x', '"\u0661"'), ('x', '"\uff11"'), ('x', '"\u00b2"'), ('x', '"1\u2028"')
) as v (argument, value);
select is(
    answer(format('monitoring.read_number(%L, to_jsonb(%L::text))', 'x', v.value)), '22023 x', 'refuses ' || left(v.value,
    20) || ' …'
)
from unnest(array[repeat('9', 81), '0.' || repeat('1', 41), repeat('1', 100000)]) as v (value);

select * from finish();
rollback;
