-- One-way or hedge mode.

begin;
\ir setup.psql
select plan(11);

select is_domain('position_side', 'text');
select takes('position_side', v.value)
from unnest(array['both', 'long', 'short']) as v (value);
select refuses('position_side', v.value)
from unnest(array['', 'Both', 'net', 'BOTH', ' both']) as v (value);

select * from finish();
rollback;
