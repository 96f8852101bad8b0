-- A profit, a loss or a fee.

begin;
\ir setup.psql
select plan(13);

select is_domain('money', 'numeric');
select takes('money', v.value)
from unnest(array['0', '-17.5', '17.5', '999999999999999999999999999999.99', '-999999999999999999999999999999.99']) as v (value);
select refuses('money', v.value)
from unnest(array['NaN', 'Infinity', '-Infinity', '1e30', '-1e30']) as v (value);

select * from finish();
rollback;
