-- Which way a position goes.

begin;
\ir setup.psql
select plan(10);

select is_domain('side', 'text');
select takes('side', v.value)
from unnest(array['long', 'short']) as v (value);
select refuses('side', v.value)
from unnest(array['', 'Long', 'buy', 'both', ' long']) as v (value);

select * from finish();
rollback;
