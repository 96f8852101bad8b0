-- Names of venues, accounts and symbols.

begin;
\ir setup.psql
select plan(17);

select is_internal('monitoring.check_name(text, text, integer, boolean)', 'immutable');
select is(monitoring.check_name('account', v.value, 5), v.name, to_json(v.value) || ' is ' || v.name)
from (values ('a', 'a'), (' a ', 'a'), ('a b', 'a b'), ('abcde', 'abcde')) as v (value, name);
select is(
    answer(format('monitoring.check_name(''account'', %L, 5)', v.value)),
    '22023 account',
    'refuses ' || coalesce(to_json(v.value)::text, 'null')
)
from unnest(array[null, '', '  ', 'abcdef', E'a\nb', 'a' || chr(8203), chr(160) || 'a', 'a' || chr(65279)]) as v (value);
select is(answer($$ monitoring.check_name('account', null, 5, true) $$), null, 'null where it is optional');
select is(answer($$ monitoring.check_name('account', ' ', 5, true) $$), '22023 account', 'but not empty');

select * from finish();
rollback;
