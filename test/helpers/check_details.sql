-- What the caller adds to the log.

begin;
\ir setup.psql
select plan(20);

select is_internal('monitoring.check_details(jsonb)', 'immutable');
select is(monitoring.check_details(v.value), v.value, 'as it is: ' || left(v.value::text, 20))
from unnest(array['{}', '{"a": [1, null]}', jsonb_build_object('a', repeat('x', 32000))]::jsonb[]) as v (value);
select is(answer(format('monitoring.check_details(%L)', v.value)), '22023 details', 'refuses ' || coalesce(left(v.value, 20), 'null'))
from unnest(array[
    null, 'null', '[]', '"a"', '1', 'true', jsonb_build_object('a', repeat('x', 33000))::text
]) as v (value);

-- What would stop whoever reads it.

select is(monitoring.check_details(v.value::jsonb), v.value::jsonb, 'as it is: ' || left(v.value, 20))
from unnest(array['{"a": ' || repeat('[', 63) || '1' || repeat(']', 63) || '}', '{"a": [1e999, -1e999]}', '{"a": 1e-300}']) as v (value);
select is(answer(format('monitoring.check_details(%L)', v.value)), '22023 details', 'refuses ' || left(v.value, 20))
from unnest(array[
    '{"a": ' || repeat('[', 64) || '1' || repeat(']', 64) || '}',
    '{"a": ' || repeat('[', 3000) || repeat(']', 3000) || '}',
    '{"a": [[-1e1000]]}',
    jsonb_build_object('a', array(select 1e-16000 from generate_series(1, 3)))::text
]) as v (value);

select * from finish();
rollback;
