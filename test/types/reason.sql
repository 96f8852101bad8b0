-- Why a position was ended.

begin;
\ir setup.psql
select plan(15);

select is_domain('reason', 'text');
select takes('reason', v.value)
from unnest(array['stop-loss failed: code -2021', repeat('x', 1000)]) as v (value);
select refuses('reason', v.value)
from unnest(array['', ' ', repeat('x', 1001)]) as v (value);
select refuses_control_characters('reason');

select * from finish();
rollback;
