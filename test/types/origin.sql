-- How a position came into the book.

begin;
\ir setup.psql
select plan(10);

select is_domain('origin', 'text');
select takes('origin', v.value)
from unnest(array['created', 'adopted', 'inserted', 'legacy']) as v (value);
select refuses('origin', v.value)
from unnest(array['', 'Created', 'found']) as v (value);

select * from finish();
rollback;
