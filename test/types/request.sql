-- The reason to open a position.

begin;
\ir setup.psql
select plan(15);

select is_domain('request', 'text');
select takes('request', v.value)
from unnest(array['signal:5483266', repeat('x', 200)]) as v (value);
select refuses('request', v.value)
from unnest(array['', ' ', repeat('x', 201)]) as v (value);
select refuses_control_characters('request');

select * from finish();
rollback;
