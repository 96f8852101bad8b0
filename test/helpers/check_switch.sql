-- True or false.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.check_switch(text, boolean)', 'immutable');
select is(monitoring.check_switch('dry_run', v.value), v.value, 'as it is: ' || v.value)
from unnest(array[true, false]) as v (value);
select is(answer('monitoring.check_switch(''dry_run'', null)'), '22023 dry_run', 'refuses null');

select * from finish();
rollback;
