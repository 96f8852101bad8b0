-- Above 0 and below 100.

begin;
\ir setup.psql
select plan(12);

select is_domain('percent', 'numeric');
select takes('percent', v.value)
from unnest(array['0.000001', '2', '99.999999']) as v (value);
select refuses('percent', v.value)
from unnest(array['0', '-1', '100', 'NaN', 'Infinity', '-Infinity']) as v (value);

select * from finish();
rollback;
