-- How much a closing order is for.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.quantity_to_close(numeric, numeric, numeric)', 'immutable');
select is(monitoring.quantity_to_close(v.quantity, v.filled, v.open), v.closes::numeric, v.what)
from (values
    (10, 0, 0, 10, 'nothing is filled yet, all may be'),
    (10, 4, 4, 10, 'filled in part, all may be'),
    (10, 4, 12, 12, 'more is open than was asked for'),
    (10, 10, 10, 10, 'wholly filled'),
    (10, 10, 7, 7, 'some of it is closed already'),
    (10, 11, 11, 11, 'more was filled than was asked for')
) as v (quantity, filled, open, closes, what);

select * from finish();
rollback;
