-- A quantity or a price.

begin;
\ir setup.psql
select plan(14);

select is_domain('amount', 'numeric');
select takes('amount', v.value)
from unnest(array['0.000000000000000001', '1', '61.8', '999999999999999999999999999999.99']) as v (value);
select refuses('amount', v.value)
from unnest(array['0', '-0.1', 'NaN', 'Infinity', '-Infinity', '1e30', '1e200']) as v (value);

select * from finish();
rollback;
