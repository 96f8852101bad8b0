-- What is filled or open so far: an amount, or nothing yet.

begin;
\ir setup.psql
select plan(13);

select is_domain('filled_amount', 'numeric');
select takes('filled_amount', v.value)
from unnest(array['0', '0.000000000000000001', '61.8', '999999999999999999999999999999.99']) as v (value);
select refuses('filled_amount', v.value)
from unnest(array['-0.1', 'NaN', 'Infinity', '-Infinity', '1e30', '1e200']) as v (value);

select * from finish();
rollback;
