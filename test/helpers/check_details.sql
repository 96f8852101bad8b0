-- What the caller adds to the log.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.check_details(jsonb)', 'immutable');
select is(monitoring.check_details(v.value), v.value, 'as it is: ' || left(v.value::text, 20))
from unnest(array['{}', '{"a": [1, null]}', jsonb_build_object('a', repeat('x', 32000))]::jsonb[]) as v (value);
select is(answer(format('monitoring.check_details(%L)', v.value)), '22023 details', 'refuses ' || coalesce(left(v.value, 20), 'null'))
from unnest(array[
    null, 'null', '[]', '"a"', '1', 'true', jsonb_build_object('a', repeat('x', 33000))::text
]) as v (value);

select * from finish();
rollback;
