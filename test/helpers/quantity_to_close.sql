-- How much a closing order is for.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.quantity_to_close(numeric, numeric)', 'immutable');
select is(monitoring.quantity_to_close(v.may_fill, v.open), v.closes::numeric, v.what)
from (values
    (10, 0, 10, 'nothing is filled yet, all may be'),
    (10, 4, 10, 'filled in part, all may be'),
    (10, 12, 12, 'more is open than was asked for'),
    (0, 10, 10, 'the entry ended'),
    (0, 7, 7, 'some of it is closed already'),
    (0, 0, null, 'nothing is open, and nothing may be')
) as v (may_fill, open, closes, what);

select * from finish();
rollback;
