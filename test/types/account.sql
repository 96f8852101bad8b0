-- One exchange account.

begin;
\ir setup.psql
select plan(25);

select is_domain('account', 'text');
select takes('account', v.value)
from unnest(array['default', 'Main account', repeat('x', 64)]) as v (value);
select refuses('account', v.value)
from unnest(array['', ' ', ' main', 'main ', repeat('x', 65)]) as v (value);
select refuses_control_characters('account');
select refuses_invisible_characters('account');

select * from finish();
rollback;
