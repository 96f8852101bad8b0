-- Names, ids and reasons.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.check_text(text, text, integer, boolean)', 'immutable');
select is(answer(format('monitoring.check_text(''reason'', %L, 5)', v.value)), v.value, 'as it is: ' || v.value)
from unnest(array['a', ' a ', 'abcde', '日本語']) as v (value);
select is(
    answer(format('monitoring.check_text(''reason'', %L, 5)', v.value)),
    '22023 reason',
    'refuses ' || coalesce(to_json(v.value)::text, 'null')
)
from unnest(array[null, '', '  ', 'abcdef', E'a\nb', E'\t']) as v (value);
select is(answer($$ monitoring.check_text('reason', null, 5, true) $$), null, 'null where it is optional');
select is(answer($$ monitoring.check_text('reason', '', 5, true) $$), '22023 reason', 'but not empty');

select * from finish();
rollback;
